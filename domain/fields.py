"""What a field of a record can be: its kind and the rules that follow from it.

Declarations of records (`domain/records.py`, `domain/settings.py`, `domain/people.py`) are lists of
these; columns are checked against them, and inputs, filters, orders, validation, history and
GraphQL types are derived from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Final


class Kind(Enum):
    """The kinds of values that a field holds; each decides columns, input, filter and order."""

    STRING = "one line of text"
    TEXT = "text of several lines"
    INTEGER = "whole number"
    RANK = "rank with room between neighbours, a whole number of 64 bits"
    BOOLEAN = "yes or no"
    DECIMAL = "decimal number"
    MONEY = "amount with currency and stored base amount"
    CURRENCY = "currency code (ISO 4217)"
    COLOR = "colour (#RRGGBB)"
    EMAIL = "e-mail address"
    DATE = "day"
    DATETIME = "point in time"
    ENUM = "one of a fixed set of names"
    REFERENCE = "link to one record or settings entry"
    LINKS = "links to several, kept in a link table"
    INVERSE = "the records that refer to this one"
    POINTS = "phones, e-mails, websites or messengers"
    ADDRESS = "postal address"
    UTM = "campaign marks"
    EXTERNAL_IDS = "ids in other systems"
    PRICES = "prices of a product, one for each currency"
    ROWS = "product rows: what is sold, and at which price"
    REQUISITES = "requisites: what the authorities know a client by"
    JSON = "a small JSON document"
    CUSTOM = "the values of the record's custom fields"


SCALAR_KINDS: Final = frozenset(
    {
        Kind.STRING,
        Kind.TEXT,
        Kind.INTEGER,
        Kind.BOOLEAN,
        Kind.DECIMAL,
        Kind.CURRENCY,
        Kind.COLOR,
        Kind.EMAIL,
        Kind.DATE,
        Kind.DATETIME,
        Kind.ENUM,
    }
)
LIST_KINDS: Final = frozenset(
    {Kind.LINKS, Kind.INVERSE, Kind.POINTS, Kind.EXTERNAL_IDS, Kind.PRICES, Kind.ROWS,
     Kind.REQUISITES}
)  # fmt: skip
"""Kinds whose values stand beside the row, in tables of their own."""
EDITED_KINDS: Final = frozenset({Kind.POINTS, Kind.LINKS, Kind.PRICES, Kind.ROWS, Kind.REQUISITES})
"""Lists that can be changed item by item as well as replaced."""
ITEM_PREFIXES: Final[Mapping[Kind, str]] = {
    Kind.PRICES: "product_price",
    Kind.ROWS: "product_row",
    Kind.REQUISITES: "requisite",
}
"""What ids of the items of a list start with, where that does not depend on the field."""
SINGULARS: Final[Mapping[str, str]] = {"companies": "company"}
TEXT_KINDS: Final = frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.CURRENCY, Kind.COLOR})
PART_NAMES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.ADDRESS: ("line1", "line2", "city", "postal_code", "region", "country"),
    Kind.UTM: ("source", "medium", "campaign", "content", "term"),
}
FILTERED_PARTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.ADDRESS: ("city", "country"),
    Kind.UTM: ("source", "medium", "campaign"),
}


# Declarations are compared by identity: each stands once, and they are parts of many keys.
@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """The table behind a LINKS field: which column holds the owner and which the target."""

    table: str
    owner: str
    target: str
    owner_type: str | None = None
    """Name of the owner's entity where the table serves several (its `record_type` column)."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of an entity; names are snake_case, the API shows them in camelCase."""

    name: str
    kind: Kind
    doc: str
    target: str = ""
    """Entity that a REFERENCE, LINKS or INVERSE field leads to."""
    dictionary: str = ""
    """Code of the dictionary that a reference to a dictionary item must stay in."""
    enum: type[Enum] | None = None
    max_length: int = 255
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    """Must be given on create and cannot be cleared."""
    always: bool = False
    """Never empty, so never null in answers, unless roles may hide it."""
    hides: bool = False
    """With `always`: roles may hide it all the same."""
    writable: bool = True
    creatable: bool = True
    """May be given on create; with `writable` false this makes a field immutable."""
    filterable: bool = True
    sortable: bool = False
    via: str = ""
    """For INVERSE: the target's column that points here."""
    order: str = ""
    """For INVERSE lists that can grow: the target's field that orders them; else newest first."""
    link: Link | None = None
    points: str = ""
    """For POINTS: PHONE, EMAIL, WEBSITE or MESSENGER."""
    told_by: str = ""
    """The field whose changes tell of this one's: the history does not tell of both."""

    column: str = ""
    """Name of the (first) database column; worked out where it is not given."""
    columns: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """All database columns of the field on the entity's own table."""

    def __post_init__(self) -> None:
        """Work out once what every value of every record asks for."""
        usual = f"{self.name}_id" if self.kind is Kind.REFERENCE else self.name
        column = self.column or usual
        columns: tuple[str, ...] = (column,)
        if self.kind is Kind.MONEY:
            columns = (self.name, f"{self.name}_currency", f"{self.name}_base")
        elif self.kind is Kind.CUSTOM:
            columns = ("custom",)
            column = "custom"
        elif self.kind in LIST_KINDS:
            columns = ()
        object.__setattr__(self, "column", column)
        object.__setattr__(self, "columns", columns)

    @property
    def item_prefix(self) -> str:
        """What ids of the items of a list start with."""
        return self.points.lower() if self.points else ITEM_PREFIXES.get(self.kind, self.target)

    @property
    def input_name(self) -> str:
        """Name of the field in inputs (snake_case): references are given by id."""
        if self.kind is Kind.REFERENCE:
            return f"{self.name}_id"
        if self.kind is Kind.LINKS:
            return SINGULARS.get(self.name, self.name.removesuffix("s")) + "_ids"
        return self.name


def name_field(max_length: int) -> Field:
    """Declare the name that people see of an entry."""
    return Field(
        "name",
        Kind.STRING,
        "Name that people see.",
        max_length=max_length,
        required=True,
        always=True,
        sortable=True,
    )


def fixed(
    name: str, kind: Kind, doc: str, *, sortable: bool = False, enum: type[Enum] | None = None
) -> Field:
    """Declare a field that the system sets and nobody writes."""
    return Field(
        name, kind, doc, sortable=sortable, enum=enum, always=True, writable=False, creatable=False
    )


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One type of the CRM: a record (lead, deal, …), a settings entry or a person."""

    name: str
    """snake_case; also the prefix of its ids."""
    plural: str
    doc: str
    fields: tuple[Field, ...]
    is_record: bool = False
    is_growing: bool = False
    """Grows with the records: written by members, and not held in snapshots as settings are."""
    searchable: tuple[str, ...] = ()
    """Text fields that `search` looks through; POINTS fields may be among them."""
    title_field: str = "title"
    by_name: Mapping[str, Field] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Index the fields by name."""
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})

    @property
    def is_setting(self) -> bool:
        """Whether administrators keep it, few of a kind: a dictionary, a pipeline, a person."""
        return not (self.is_record or self.is_growing)

    @property
    def is_versioned(self) -> bool:
        """Whether its rows tell by whom and how often they were changed."""
        return "version" in self.by_name

    @property
    def type_name(self) -> str:
        """Name of the GraphQL type: PascalCase."""
        return "".join(part.capitalize() for part in self.name.split("_"))

    def get(self, name: str) -> Field:
        """Give the field of that name; raises KeyError for an unknown one."""
        return self.by_name[name]


@cache
def snake(name: str) -> str:
    """Turn the API's camelCase into a snake_case name."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@cache
def camel(name: str) -> str:
    """Turn a snake_case name into the API's camelCase."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)
