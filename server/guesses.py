"""What a query is begun with because it was so before; where it turns out otherwise, it runs anew.

Who showed a token before is expected to show it again, and a query that sent one statement to send
one again. The session makes sure of both: of the first one in the statement that reads.
"""

from dataclasses import dataclass
from typing import Final

from auth.actor import Actor, Scope
from db.admitting import Expectation


@dataclass(frozen=True, slots=True)
class Guess:
    """What a query is begun with although it may turn out otherwise."""

    is_single: bool = False
    """It sends one statement, which needs no transaction: that would cost as much again."""
    expected: tuple[Actor, Expectation] | None = None
    """Whose token it is, and what makes sure of that; None: the token is looked up first."""


NO_GUESS: Final = Guess()


def guessed(statements: int, expected: tuple[Actor, Expectation] | None) -> Guess:
    """Give the guess for a query that has sent at most so many statements.

    Who may not read is told so by whoever looks the token up.
    """
    if expected is not None and Scope.READ not in expected[0].scopes:
        expected = None
    if statements > 1 and expected is None:
        return NO_GUESS
    return Guess(statements <= 1, expected)
