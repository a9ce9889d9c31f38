"""Custom fields: what a workspace adds to its records, and the settings that each type has."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final
from uuid import UUID

from domain.fields import Entity, Field, Kind, Link, fixed, name_field


class RecordType(Enum):
    """The types of records."""

    LEAD = "LEAD"
    CONTACT = "CONTACT"
    COMPANY = "COMPANY"
    DEAL = "DEAL"
    CATALOG_ELEMENT = "CATALOG_ELEMENT"
    PRODUCT = "PRODUCT"


class CustomFieldType(Enum):
    """What a custom field holds."""

    STRING = "STRING"
    TEXT = "TEXT"
    INTEGER = "INTEGER"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"
    MONEY = "MONEY"
    URL = "URL"
    ADDRESS = "ADDRESS"
    BOOKING = "BOOKING"
    LIST = "LIST"
    FILE = "FILE"
    USER = "USER"
    RECORD = "RECORD"
    DICTIONARY = "DICTIONARY"
    CATALOG_SECTION = "CATALOG_SECTION"
    CATALOG_ELEMENT = "CATALOG_ELEMENT"


TEXTS: Final = frozenset({CustomFieldType.STRING, CustomFieldType.TEXT, CustomFieldType.URL})
_TEXT_SETTINGS: Final = frozenset({"default", "minLength", "maxLength", "pattern"})
_NUMBER_SETTINGS: Final = frozenset({"default", "min", "max"})

SETTINGS: Final[Mapping[CustomFieldType, frozenset[str]]] = {
    CustomFieldType.STRING: _TEXT_SETTINGS,
    CustomFieldType.TEXT: _TEXT_SETTINGS,
    CustomFieldType.URL: _TEXT_SETTINGS,
    CustomFieldType.INTEGER: _NUMBER_SETTINGS,
    CustomFieldType.NUMBER: _NUMBER_SETTINGS | {"precision"},
    CustomFieldType.BOOLEAN: frozenset({"default"}),
    CustomFieldType.DATE: frozenset({"default"}),
    CustomFieldType.DATETIME: frozenset({"default"}),
    CustomFieldType.MONEY: frozenset({"default"}),
    CustomFieldType.ADDRESS: frozenset(),
    CustomFieldType.BOOKING: frozenset({"resources", "users", "services", "allowOverbooking"}),
    CustomFieldType.LIST: frozenset(),
    CustomFieldType.FILE: frozenset({"maxSize", "extensions"}),
    CustomFieldType.USER: frozenset(),
    CustomFieldType.RECORD: frozenset({"types"}),
    CustomFieldType.DICTIONARY: frozenset({"dictionary"}),
    CustomFieldType.CATALOG_SECTION: frozenset({"catalog"}),
    CustomFieldType.CATALOG_ELEMENT: frozenset({"catalog"}),
}
"""The names of the settings that a field of each type may have."""

MAX_LENGTH: Final = {CustomFieldType.STRING: 255, CustomFieldType.URL: 2_000,
                     CustomFieldType.TEXT: 50_000}  # fmt: skip
BOUND: Final[Mapping[str, tuple[str, str]]] = {
    "DEAL": ("pipelines", "pipeline_id"),
    "CATALOG_ELEMENT": ("catalogs", "catalog_id"),
}
"""Types of records whose fields can be bound: by which field of theirs, and by which column of the
records. Records of other types have one pipeline, or none: there a binding leaves nothing out."""
MAX_FIELDS: Final = 1_000
"""Custom fields of one type of record."""
MAX_OPTIONS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class NamedKey(Field):
    """A custom field in an order by its code, before the workspace's fields are known."""

    entity: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PivotKey(Field):
    """A custom field in an order: its values stand in the column of that name of the pivot."""

    field_id: UUID | None = None
    bound: tuple[UUID, ...] = ()
    """The pipelines or catalogues whose records show it; for all others it is empty."""
    bound_by: str = ""
    """The column of the records that says where they belong."""
    amount: str = ""
    """Code of the field where it holds amounts, which are ordered by their base amounts."""


@lru_cache(maxsize=2_000)
def named_key(entity: str, code: str) -> NamedKey:
    """Give the key of a code, the same one for the same code."""
    return NamedKey(f"custom.{code}", Kind.CUSTOM, "", entity=entity, code=code)


@lru_cache(maxsize=2_000)
def pivot_key(
    field_id: UUID,
    kind: Kind,
    column: str,
    bound: tuple[UUID, ...] = (),
    bound_by: str = "",
    amount: str = "",
    target: str = "",
) -> PivotKey:
    """Give the key of a field; of a kind that tells how its values are written in cursors."""
    return PivotKey(f"custom.{field_id.hex}", kind, "", column=column, field_id=field_id,
                    bound=bound, bound_by=bound_by, amount=amount, target=target)  # fmt: skip


def _fixed_on_create(name: str, kind: Kind, doc: str, enum: type[Enum]) -> Field:
    return Field(name, kind, doc, enum=enum, always=True, required=True, writable=False)


def _flag(name: str, doc: str, *, writable: bool = True) -> Field:
    return Field(name, Kind.BOOLEAN, doc, always=True, writable=writable)


CUSTOM_FIELD_OPTION: Final = Entity(
    name="custom_field_option",
    plural="custom_field_options",
    doc="One of the values that a custom field of the type LIST offers.",
    title_field="value",
    fields=(
        Field("custom_field", Kind.REFERENCE, "The field that offers it.", target="custom_field",
              required=True, always=True, writable=False),
        Field("code", Kind.STRING, "Code that stays the same when it is renamed; unique in its "
              "field. One is made when none is given.", max_length=50, always=True,
              writable=False),
        Field("value", Kind.STRING, "The text that people see.", required=True, always=True),
        Field("color", Kind.COLOR, "Colour as #RRGGBB.", filterable=False),
        Field("sort", Kind.INTEGER, "Position in the field; small comes first.", always=True),
        _flag("is_default", "Taken by new records for which nothing is given."),
    ),
)  # fmt: skip

CUSTOM_FIELD: Final = Entity(
    name="custom_field",
    plural="custom_fields",
    doc="A field that the workspace has added to a type of record.",
    title_field="name",
    fields=(
        _fixed_on_create("entity", Kind.ENUM, "The type of records that have it.", RecordType),
        Field("code", Kind.STRING, "Name in the API, in camelCase; unique among the fields of its "
              "type of record. Made from the name when none is given; it never changes.",
              max_length=50, always=True, writable=False),
        name_field(255),
        Field("labels", Kind.JSON, 'Names in other languages: {"en": "Contract number"}.',
              filterable=False),
        _fixed_on_create("type", Kind.ENUM, "What it holds; it never changes.", CustomFieldType),
        _flag("is_multiple", "Whether a record holds several values; it never changes.",
              writable=False),
        _flag("is_required", "Whether a record cannot be saved without a value."),
        _flag("is_unique", "Whether no two records of the type may have the same value."),
        _flag("is_filterable", "Whether records can be filtered by it."),
        Field("settings", Kind.JSON, "What the type lets one set: limits, default, pattern.",
              always=True, filterable=False),
        Field("help", Kind.TEXT, "A hint for whoever fills it in.", max_length=2_000,
              filterable=False),
        Field("sort", Kind.INTEGER, "Position among the fields; small comes first.", always=True),
        fixed("created_at", Kind.DATETIME, "When it was made."),
        fixed("is_ready", Kind.BOOLEAN, "Whether filters and orders may use it; not while the "
              "values that records have already are being put into the index."),
        Field("pipelines", Kind.LINKS, "Shown and asked for only in these pipelines; everywhere "
              "where there are none.", target="pipeline",
              link=Link("custom_field_pipelines", "custom_field_id", "pipeline_id")),
        Field("catalogs", Kind.LINKS, "Of elements: only those of these catalogues have it; all "
              "where there are none.", target="catalog",
              link=Link("custom_field_catalogs", "custom_field_id", "catalog_id")),
        Field("required_from", Kind.LINKS, "A value is needed on these stages and those after "
              "them, lost ones apart.", target="stage",
              link=Link("custom_field_stages", "custom_field_id", "stage_id")),
        Field("options", Kind.INVERSE, "The values to choose from, in their order.",
              target="custom_field_option", via="custom_field_id"),
    ),
)  # fmt: skip
