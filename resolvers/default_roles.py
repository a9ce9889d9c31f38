"""The roles that a new workspace comes with: a start, to be changed like any other role.

The administrator's grants everything by its code and stays as it is. A sales manager works on what
is their own, shared or followed, and deletes nothing; an observer only looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.roles import ADMINISTRATOR, Action, GrantEntity, RowScope

_SALES: Final = (GrantEntity.LEAD, GrantEntity.CONTACT, GrantEntity.COMPANY, GrantEntity.DEAL)
_ALL: Final = (RowScope.ALL,)
_OWN: Final = (RowScope.OWN,)
_NEAR: Final = (RowScope.OWN, RowScope.SHARED, RowScope.OBSERVED)
_LOOKING: Final = ((GrantEntity.CATALOG_ELEMENT, Action.READ, _ALL),
                   (GrantEntity.PRODUCT, Action.READ, _ALL),
                   (GrantEntity.USER, Action.READ, _ALL))  # fmt: skip

Given = tuple[GrantEntity, Action, Sequence[RowScope]]


@dataclass(frozen=True, slots=True)
class DefaultRole:
    """A role as it is made with a workspace."""

    code: str
    en: str
    ru: str
    grants: Sequence[Given] = ()
    settings: Sequence[str] = field(default=())

    def stored(self) -> list[dict[str, Any]]:
        """Give the grants as roles keep them."""
        return [
            {"entity": entity.value, "action": action.value,
             "scope": [scope.value for scope in scopes], "pipelineId": None, "stageId": None,
             "where": None}
            for entity, action, scopes in self.grants
        ]  # fmt: skip


def _each(*rights: tuple[Action, Sequence[RowScope]]) -> tuple[Given, ...]:
    return tuple((entity, action, scopes) for entity in _SALES for action, scopes in rights)


ROLES: Final = (
    DefaultRole(ADMINISTRATOR, "Administrator", "Администратор"),
    DefaultRole(
        "HEAD_OF_SALES",
        "Head of sales",
        "Руководитель отдела продаж",
        tuple(
            (entity, action, _ALL)
            for entity in (*_SALES, GrantEntity.CATALOG_ELEMENT, GrantEntity.PRODUCT)
            for action in Action
        )
        + _LOOKING[2:],
    ),
    DefaultRole(
        "SALES_MANAGER",
        "Sales manager",
        "Менеджер по продажам",
        _each(
            (Action.READ, _NEAR),
            (Action.CREATE, _OWN),
            (Action.UPDATE, _NEAR),
            (Action.IMPORT, _OWN),
        )
        + _LOOKING,
    ),
    DefaultRole("OBSERVER", "Observer", "Наблюдатель", _each((Action.READ, _NEAR)) + _LOOKING),
)
