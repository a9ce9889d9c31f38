"""When a batch is sent: at once where nothing else can join it, else some turns later."""


class Pace:
    """How long batches stay open for keys, told to all loaders of an operation."""

    __slots__ = ("turns",)

    # Turns of the event loop: fields side by side, and resolvers that are called one by one, reach
    # their loader some turns after the first of them.
    SHARED = 3
    # A single level asks, all of its keys at once.
    ALONE = 0

    def __init__(self) -> None:
        """Start with the patience that is right for everybody."""
        self.turns = self.SHARED
