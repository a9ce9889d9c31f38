"""The actor: the person (or program) on whose behalf an operation runs."""

from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from auth.rights import EVERYTHING, NOTHING, Rights, Viewer


class NoPersonError(RuntimeError):
    """What only a person can do was asked for by the system itself."""


class Scope(Enum):
    """What a token lets its bearer do, at most as much as its owner may."""

    READ = "READ"
    WRITE = "WRITE"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in a workspace, with the rights of the token that was shown."""

    workspace_id: UUID
    user_id: UUID | None
    """None: the system itself, for work that nobody asked for."""
    token_id: UUID | None
    is_session: bool
    """Signed in by a person, and ended by signing out; an API key is not."""
    scopes: frozenset[Scope]
    locale: str
    """Language of the workspace (ru or en): names of defaults, country of bare phone numbers."""
    currency: str
    """Base currency of the workspace."""
    settings_version: int = 0
    """The version of the workspace's settings and people when the token was shown."""
    role_id: UUID | None = None
    """The role that the token is bound to, which narrows its owner's rights."""
    rights: Rights = NOTHING
    """What the roles allow; nothing before they are known."""
    viewer: Viewer = field(default_factory=Viewer)
    """How the scopes of roles see the person."""
    viewed_by: UUID | None = None
    """The administrator to whom it is shown what this person, or somebody with a role, would get.
    None: whoever asks does so for themselves."""

    @property
    def is_narrowed(self) -> bool:
        """Whether the token lets do less than its owner may: nothing for being the owner alone."""
        return self.role_id is not None

    @property
    def asker_id(self) -> UUID | None:
        """Who really asks: what is theirs alone is nobody else's, whoever they view as."""
        return self.viewed_by or self.user_id

    @property
    def person_id(self) -> UUID:
        """The person's id; raises `NoPersonError` of the system itself."""
        if self.user_id is None:
            raise NoPersonError
        return self.user_id


def system_actor(
    workspace_id: UUID,
    locale: str,
    currency: str,
    user_id: UUID | None = None,
    settings_version: int = 0,
) -> Actor:
    """Give the system itself at work in a workspace, if need be in the name of a person."""
    return Actor(
        workspace_id,
        user_id,
        token_id=None,
        is_session=False,
        scopes=frozenset(Scope),
        locale=locale,
        currency=currency,
        settings_version=settings_version,
        rights=EVERYTHING,
        viewer=Viewer(user_id),
    )
