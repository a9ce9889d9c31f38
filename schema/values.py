"""Value types of the API: money, phones and the like, addresses; and the interface Node."""

from decimal import Decimal
from typing import Any, Final

import strawberry

import schema.enums  # noqa: F401 - enums are declared before a type names them
from domain.fields import PART_NAMES, Kind
from domain.product_rows import DiscountType, ProductRow
from domain.products import ProductPrice
from domain.requisites import Requisite
from domain.timeline import OF_ACTIVITIES, OF_COMMENTS, OF_LINKS, OF_MERGES
from loaders.comments import Comment
from loaders.merges import Merge
from loaders.timeline import Entry
from resolvers.contact_points import POINT_KINDS, EmailKind, MessengerKind, PhoneKind, WebsiteKind
from schema.execution.reading import IdOf, plain_field
from schema.inputs import input_type
from schema.scalars import JSON, CurrencyCode

ID_TEXT: Final = "Global id; it says the type."
_ENTRIES: Final = {
    kind: name
    for name, kinds in (
        ("ActivityEntry", OF_ACTIVITIES),
        ("CommentEntry", OF_COMMENTS),
        ("LinkEntry", OF_LINKS),
        ("MergeEntry", OF_MERGES),
    )
    for kind in kinds
}
"""The types of entries of timelines; of other kinds they are changes."""


def type_name(obj: Any, *_: Any) -> str:
    """Name the GraphQL type of a row."""
    if hasattr(obj, "declared"):
        name: str = obj.declared.type_name
        return name
    if hasattr(obj, "points"):
        return str(obj.points).capitalize()
    if isinstance(obj, Entry):
        return _ENTRIES.get(obj.kind, "ChangeEntry")
    if isinstance(obj, Merge):
        return "Merge"
    if isinstance(obj, Comment):
        return "Comment"
    if isinstance(obj, ProductRow | ProductPrice | Requisite):
        return type(obj).__name__
    if hasattr(obj, "user_agent"):
        return "Session"
    return "ApiKey" if hasattr(obj, "prefix") else "Workspace"


@strawberry.interface(description="Everything that has an id of its own.")
class Node:
    """Everything that has an id of its own."""

    id: strawberry.ID = strawberry.field(description=ID_TEXT)

    resolve_type = staticmethod(type_name)


@strawberry.type(description="An amount in a currency.")
class Money:
    """An amount in a currency."""

    amount: Decimal = strawberry.field(description="The amount.")
    currency: CurrencyCode = strawberry.field(description="Its currency.")


MONEY_INPUT = input_type(
    "MoneyInput",
    "An amount in a currency.",
    {
        "amount": (Decimal, "The amount."),
        "currency": (
            CurrencyCode | None,
            "Its currency; the workspace's base currency if left out.",
        ),
    },
)


def _point_type(name: str, description: str, kinds: Any) -> Any:
    namespace = {
        "__annotations__": {"value": str},
        "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf(name.lower())),
        "value": strawberry.field(description="The value in the form in which it is kept."),
        "kind": plain_field("What it is for.", kinds, ("kind",), convert=kinds),
        "is_type_of": classmethod(lambda _cls, obj, _info: obj.points == name.upper()),
    }
    return strawberry.type(type(name, (Node,), namespace), description=description)


Phone = _point_type("Phone", "A phone number, in E.164.", PhoneKind)
Email = _point_type("Email", "An e-mail address, in lower case.", EmailKind)
Website = _point_type("Website", "A web address.", WebsiteKind)
Messenger = _point_type("Messenger", "An account of a messenger.", MessengerKind)
POINT_TYPES = {"PHONE": Phone, "EMAIL": Email, "WEBSITE": Website, "MESSENGER": Messenger}
POINT_INPUTS = {
    points: input_type(
        f"{points.capitalize()}Input",
        f"A {points.lower()} as given.",
        {
            "id": (strawberry.ID | None, "Id of a stored value that is kept or changed."),
            "value": (str, "The value; it is brought into one form."),
            "kind": (kinds | None, "What it is for; WORK (OTHER for messengers) if left out."),
        },
    )
    for points, kinds in POINT_KINDS.items()
}


@strawberry.type(description="The id of a record in another system.")
class ExternalId:
    """The id of a record in another system."""

    system: str = strawberry.field(description="Name of the other system.")
    value: str = strawberry.field(description="The id there.")


EXTERNAL_ID_INPUT = input_type(
    "ExternalIdInput",
    "The id of a record in another system; unique per type of record and system.",
    {"system": (str, "Name of the other system."), "value": (str, "The id there.")},
)

PRODUCT_PRICE_INPUT = input_type(
    "ProductPriceInput",
    "What one unit of a product costs, one price for each currency.",
    {
        "id": (strawberry.ID | None, "Id of a stored price that is kept or changed."),
        "price": (MONEY_INPUT, "The price."),
    },
)
PRODUCT_ROW_INPUT = input_type(
    "ProductRowInput",
    "What is sold on one line. What is left out comes from the product, or stays as it is in a row "
    "that is named by its id.",
    {
        "id": (strawberry.ID | None, "Id of a stored row that is kept or changed."),
        "product_id": (strawberry.ID | None, "The product; a row without one needs a name."),
        "name": (str | None, "What is sold; the name of the product if left out."),
        "price": (
            Decimal | None,
            "Price of one unit after discount, in the currency of the record; if left out, what "
            "the discount leaves of the product's price in that currency.",
        ),
        "quantity": (Decimal | None, "How much; 1 if left out."),
        "discount_type": (DiscountType | None, "How the discount is given; no discount if empty."),
        "discount_rate": (
            Decimal | None,
            "The discount in percent, with PERCENT; with AMOUNT it follows from the amount.",
        ),
        "discount_amount": (
            Decimal | None,
            "Off one unit, without tax, with AMOUNT; with PERCENT it follows from the rate, and is "
            "needed at 100 % only.",
        ),
        "tax_rate": (Decimal | None, "The tax in percent; null for none."),
        "is_tax_included": (bool | None, "Whether the price has the tax in it; so it is usually."),
        "unit_id": (strawberry.ID | None, "What the quantity is counted in."),
    },
)

CUSTOM_VALUE_INPUT = input_type(
    "CustomValueInput",
    "The value of a custom field; what it looks like depends on the type of the field.",
    {
        "code": (str, "Code of the field."),
        "value": (JSON | None, "The value, a list for a multiple field; null clears."),
    },
)

_PART_TEXTS = {
    "line1": "Street and house.",
    "line2": "Flat or office.",
    "city": "City.",
    "postal_code": "Postal code.",
    "region": "Region, state or province.",
    "country": "Country.",
    "source": "Where the visitor came from (utm_source).",
    "medium": "By which medium (utm_medium).",
    "campaign": "From which campaign (utm_campaign).",
    "content": "By which variant (utm_content).",
    "term": "For which search words (utm_term).",
}


def _parts_type(name: str, kind: Kind, description: str) -> tuple[Any, type]:
    def reader(part: str) -> Any:
        def read(root: dict[str, str]) -> str | None:
            return root.get(part)

        return read

    fields = {
        part: plain_field(_PART_TEXTS[part], str | None, (), reader(part))
        for part in PART_NAMES[kind]
    }
    output = strawberry.type(type(name, (), dict(fields)), description=description)
    given = input_type(
        f"{name}Input",
        f"{description} Replaces the stored one as a whole.",
        {part: (str | None, _PART_TEXTS[part]) for part in PART_NAMES[kind]},
    )
    return output, given


Address, ADDRESS_INPUT = _parts_type("Address", Kind.ADDRESS, "A postal address.")
Utm, UTM_INPUT = _parts_type("Utm", Kind.UTM, "Marks of the campaign that brought a visitor.")
PART_TYPES = {Kind.ADDRESS: Address, Kind.UTM: Utm}
PART_INPUTS = {Kind.ADDRESS: ADDRESS_INPUT, Kind.UTM: UTM_INPUT}
