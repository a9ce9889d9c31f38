"""What stops a load, each with the exit code that a script can go by.

LoadError
├── FlawError       3  a file is missing, or a row says what nobody has a meaning for
├── TokenError      4  the token is not valid, or not an administrator's
├── ServerError     5  the server is away, too busy, or not this API
└── RefusalError    6  the server refuses what a row asks for
"""

from typing import ClassVar


class LoadError(Exception):
    """Base of all that stops a load; its text is for the person who started it."""

    exit_code: ClassVar[int] = 1


class FlawError(LoadError):
    """A file is missing or has a flaw that the table of known ones does not mend."""

    exit_code: ClassVar[int] = 3


class TokenError(LoadError):
    """The token does not allow the load."""

    exit_code: ClassVar[int] = 4


class ServerError(LoadError):
    """The server does not answer as it should."""

    exit_code: ClassVar[int] = 5


class RefusalError(LoadError):
    """The server refuses a row, and with it the whole bulk that the row is in."""

    exit_code: ClassVar[int] = 6
