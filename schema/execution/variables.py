"""Where a document uses variables."""

from typing import Any

from graphql import FieldNode, Visitor, visit


class _Variables(Visitor):
    """Notes whether a variable is used."""

    def __init__(self) -> None:
        super().__init__()
        self.is_used = False

    def enter_variable(self, *_: Any) -> None:
        """Note a variable."""
        self.is_used = True


def mentions_variables(node: FieldNode) -> bool:
    """Tell whether an argument of a field depends on a variable."""
    found = _Variables()
    for argument in node.arguments or ():
        visit(argument, found)
    return found.is_used
