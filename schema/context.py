"""What resolvers find in `info.context`: the operation, and for whom it is answered."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import strawberry

from domain.errors import UnauthenticatedError
from resolvers.operation import Operation
from schema.cursors import Cursors
from schema.denials import Denials


class Doors(ABC):
    """The mutations that need no token; each stands alone in its request."""

    @abstractmethod
    async def sign_in(self, context: "Context", given: Mapping[str, Any]) -> tuple[str, Any]:
        """Sign a person in: gives the token and the person; raises RefusedError."""

    @abstractmethod
    async def request_reset(self, given: Mapping[str, Any]) -> None:
        """Have a link to set a new password sent; raises RefusedError after too many tries."""

    @abstractmethod
    async def reset_password(self, context: "Context", given: Mapping[str, Any]) -> None:
        """Set a new password by a link; raises RefusedError."""

    @abstractmethod
    async def accept_invitation(
        self, context: "Context", given: Mapping[str, Any]
    ) -> tuple[str, Any]:
        """Accept an invitation: gives the token and the person; raises RefusedError."""


@dataclass(slots=True)
class Context:
    """The context of one operation."""

    operation: Operation | None
    """None where no valid token was shown."""
    language: str
    cursors: Cursors
    doors: Doors
    """What works before any workspace is known."""
    denials: Denials = field(default_factory=Denials)
    """Fields that were left out of the answer."""
    shown: Any = None
    """The schema as the caller is shown it, a `schema.projection.Shown`; None without a token."""
    refused: list[str] = field(default_factory=list)
    """Root fields of the operation that were refused."""


Info = strawberry.Info[Context, None]


def running(context: Context) -> Operation:
    """Give the running operation; raises UnauthenticatedError where there is none."""
    if context.operation is None:
        raise UnauthenticatedError
    return context.operation


def operation(info: Info) -> Operation:
    """Give the running operation of a resolver; raises UnauthenticatedError where there is none."""
    return running(info.context)
