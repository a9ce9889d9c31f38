"""Which names of the schema are of use to somebody: what roles of theirs could read or write."""

from collections.abc import Mapping
from typing import Final

from auth.rights import PUBLIC, Cell, Rights
from domain.duplicates import SOURCES
from domain.entities import ENTITIES, RECORDS
from domain.fields import EDITED_KINDS, Entity, camel
from domain.records import DEAL, LEAD
from domain.roles import Action, SettingsRight
from resolvers.values import edit_names
from schema.admission import COMMENTING, PLANNING
from schema.filters import FILTER_FIELDS

_LISTED: Final = (*RECORDS, *(ENTITIES[name] for name in ("user", "department", "group")))
_READ: Final[Mapping[str, tuple[str, str]]] = {
    **{entity.type_name: (entity.name, "") for entity in _LISTED},
    **{f"{entity.type_name}Aggregate": (entity.name, "") for entity in _LISTED},
    **{
        f"{entity.type_name}Custom{part}": (entity.name, "custom.")
        for entity in RECORDS
        for part in ("Fields", "Aggregate", "Filter", "Order")
    },
}
"""By type: the entity whose fields its fields are, and what stands before their names in rules."""
_COMPARED: Final[Mapping[str, str]] = {
    f"{entity.type_name}{part}": entity.name for entity in _LISTED for part in ("Filter", "Order")
}
_WRITTEN: Final[Mapping[str, tuple[str, tuple[Action, ...]]]] = {
    f"{verb}{entity.type_name}{part}": (entity.name, actions)
    for entity in RECORDS
    for verb, part, actions in (
        ("Create", "Input", (Action.CREATE,)),
        ("Update", "Input", (Action.UPDATE,)),
        ("Upsert", "Input", (Action.CREATE, Action.UPDATE)),
        ("Import", "Input", (Action.CREATE, Action.UPDATE)),
        ("", "CustomInput", (Action.CREATE, Action.UPDATE)),
    )
}
_KEYS: Final = frozenset(
    {"id", "ifVersion", "externalId", "customValues", "custom", "createdAt", "createdById",
     "stageHistory"}
)  # fmt: skip


def _input_names(entity: Entity) -> dict[str, str]:
    """Give the field that each name of an input is about."""
    found: dict[str, str] = {}
    for field in entity.fields:
        found[camel(field.input_name)] = camel(field.name)
        if field.kind in EDITED_KINDS:
            found.update(dict.fromkeys(edit_names(field), camel(field.name)))
    return found


_INPUT_NAMES: Final = {entity.name: _input_names(entity) for entity in RECORDS}
_RECORD_ROOTS: Final[Mapping[str, tuple[str, tuple[Action, ...]]]] = {
    **{
        camel(name): (entity.name, actions)
        for entity in RECORDS
        for verb, actions in (
            ("", (Action.READ,)),
            ("create_", (Action.CREATE,)),
            ("update_", (Action.UPDATE,)),
            ("upsert_", (Action.CREATE, Action.UPDATE)),
            ("delete_", (Action.DELETE,)),
            ("restore_", (Action.UPDATE,)),
            ("purge_", (Action.DELETE,)),
        )
        for name in (f"{verb}{entity.name}", f"{verb}{entity.plural}")
    },
    "moveDeal": (DEAL.name, (Action.UPDATE,)),
    "importDeals": (DEAL.name, (Action.IMPORT,)),
    "convertLead": (LEAD.name, (Action.UPDATE,)),
    "convertLeadPreview": (LEAD.name, (Action.READ,)),
}
"""By root field: the records that it is about, and the actions of which one has to be allowed."""
_RIGHTS: Final = {
    "user": SettingsRight.USERS,
    "department": SettingsRight.USERS,
    "group": SettingsRight.USERS,
    "role": SettingsRight.ROLES,
}
_SETTING_ROOTS: Final[Mapping[str, SettingsRight]] = {
    **{
        camel(name): _RIGHTS.get(entity.name, SettingsRight.CRM_SETTINGS)
        for entity in ENTITIES.values()
        if entity.is_setting
        for name in (
            *(f"{verb}_{entity.name}" for verb in ("create", "update", "delete", "invite",
                                                   "activate", "deactivate", "assign",
                                                   "unassign")),
            f"reorder_{entity.plural}",
        )
    },
    **dict.fromkeys(
        ("setExchangeRate", "deleteExchangeRate", "recomputeBaseAmounts", "changeBaseCurrency"),
        SettingsRight.CRM_SETTINGS,
    ),
    "updateWorkspace": SettingsRight.CRM_SETTINGS,
    "auditEvents": SettingsRight.AUDIT,
    "previewRole": SettingsRight.ROLES,
}  # fmt: skip
"""By root field: the right that it needs."""


def is_shown(rights: Rights, kind: str, name: str) -> bool:
    """Tell whether a field, or a field of an input, is of use to somebody with rights."""
    if kind in {"Query", "Mutation"}:
        return _is_root_shown(rights, name)
    if kind in _READ:
        entity, before = _READ[kind]
        return rights.cell(entity, f"{before}{name}") is not Cell.DENIED
    if kind in _COMPARED:
        return _is_compared(rights, _COMPARED[kind], name)
    if kind in _WRITTEN:
        return _is_written(rights, kind, name)
    if (kind, name) == ("BoardColumn", "sum"):
        return rights.cell(DEAL.name, "amount") is not Cell.DENIED
    return True


def _is_root_shown(rights: Rights, name: str) -> bool:
    if name in _RECORD_ROOTS:
        entity, actions = _RECORD_ROOTS[name]
        return any(rights.allows(entity, action) for action in actions)
    if name == "duplicates":
        return any(rights.allows(entity, Action.READ) for entity in SOURCES)
    if name == "history":
        return any(rights.allows(entity.name, Action.READ) for entity in RECORDS)
    if name in COMMENTING | PLANNING:
        return any(rights.allows(entity.name, Action.UPDATE) for entity in RECORDS)
    right = _SETTING_ROOTS.get(name)
    return right is None or rights.has(right)


def _is_compared(rights: Rights, entity: str, name: str) -> bool:
    if name in PUBLIC[entity]:
        return True
    declared = FILTER_FIELDS[entity].get(name)
    field = name if declared is None else camel(declared[0].name)
    known = declared is not None or name in {camel(f.name) for f in ENTITIES[entity].fields}
    return not known or rights.cell(entity, field) is not Cell.DENIED


def _is_written(rights: Rights, kind: str, name: str) -> bool:
    entity, actions = _WRITTEN[kind]
    if kind.endswith("CustomInput"):
        field = f"custom.{name}"
    elif name in _KEYS:
        return True
    else:
        field = _INPUT_NAMES[entity].get(name, name)
    return any(rights.writers(entity, field, action) for action in actions)
