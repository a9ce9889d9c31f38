"""Refusals of lists that are filtered, ordered or searched by what the caller may not read."""

from typing import NoReturn

from auth.rights import Cell, Rights
from db.where import pointer_name
from domain.custom_fields import NamedKey, PivotKey
from domain.entities import ENTITIES
from domain.errors import ForbiddenError
from domain.fields import Field, Kind, camel
from domain.filters import (
    And,
    Compare,
    CompareCustom,
    Condition,
    NamedCustom,
    Not,
    Or,
    OrderKey,
    Related,
)
from loaders.lists import ListSpec
from loaders.searching import searched


def field_label(entity: str, name: str) -> str:
    """Name a field as callers are told of it: `Deal.amount`, `Deal.custom.score`."""
    return f"{ENTITIES[entity].type_name}.{name}"


def refuse_field(entity: str, name: str, message: str = "field_hidden") -> NoReturn:
    """Refuse an operation that uses a field; raises ForbiddenError."""
    label = field_label(entity, name)
    error = ForbiddenError(message, name=label)
    error.extensions = {"field": label}
    raise error


def require_readable(rights: Rights, entity: str, name: str) -> None:
    """Refuse a field that may be read on no row; raises ForbiddenError."""
    if rights.cell(entity, name) is Cell.DENIED:
        refuse_field(entity, name)


def require_readable_list(rights: Rights, spec: ListSpec) -> None:
    """Refuse a list that uses a field that may be read on no row; raises ForbiddenError."""
    if not rights.hides_anything:
        return
    _require(rights, spec.entity, spec.where)
    for key in spec.order:
        _require_key(rights, spec.entity, key)
    if spec.search and not (searched(rights, spec.entity) or spec.searched):
        (first, *_) = ENTITIES[spec.entity].searchable
        refuse_field(spec.entity, camel(first))


def may_read_list(rights: Rights, spec: ListSpec) -> bool:
    """Tell whether a list uses only fields that may be read on some row."""
    try:
        require_readable_list(rights, spec)
    except ForbiddenError:
        return False
    return True


def _require(rights: Rights, entity: str, tree: Condition) -> None:
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                _require(rights, entity, part)
        case Not(part):
            _require(rights, entity, part)
        case NamedCustom(entity=owner, code=code):
            require_readable(rights, owner, f"custom.{code}")
        case CompareCustom(field=key):
            owner, code = rights.custom_fields[key]
            require_readable(rights, owner, f"custom.{code}")
        case Compare(field=field):
            if entity:
                require_readable(rights, entity, camel(field.name))
        case Related(field=field, where=where):
            require_readable(rights, entity, camel(field.name))
            if field.kind is Kind.INVERSE:
                require_readable(rights, field.target, pointer_name(field))
            _require(rights, field.target, where)


def _require_key(rights: Rights, entity: str, key: OrderKey) -> None:
    at = entity
    for step in key.path:
        match step:
            case NamedKey(code=code):
                require_readable(rights, at, f"custom.{code}")
            case PivotKey(field_id=field_id) if field_id is not None:
                require_readable(rights, at, f"custom.{rights.custom_fields[field_id][1]}")
            case Field(name=name, target=target):
                require_readable(rights, at, camel(name))
                at = target
