"""The records of the CRM, each declared once; everything else about them is derived from here."""

from typing import Final

from domain.fields import Entity, Field, Kind, Link


def _observers(owner: str) -> Field:
    return Field(
        "observers",
        Kind.LINKS,
        "People who follow the record.",
        target="user",
        link=Link(table="record_observers", owner="record_id", target="user_id", owner_type=owner),
    )


def _points(name: str, points: str, doc: str) -> Field:
    return Field(name, Kind.POINTS, doc, points=points)


def _item(name: str, dictionary: str, doc: str) -> Field:
    return Field(
        name, Kind.REFERENCE, doc, target="dictionary_item", dictionary=dictionary, sortable=True
    )


COMMON_FIELDS: Final = (
    Field("responsible", Kind.REFERENCE, "The person who answers for the record.", target="user",
          sortable=True),
    Field("is_shared", Kind.BOOLEAN, "Open to everyone in the workspace.", always=True),
    Field("external_ids", Kind.EXTERNAL_IDS, "Ids of the record in other systems."),
    Field("custom_values", Kind.CUSTOM, "Values of custom fields by their codes; null clears.",
          filterable=False),
    Field("created_at", Kind.DATETIME, "When the record was made.", always=True, writable=False,
          creatable=False, sortable=True),
    Field("created_by", Kind.REFERENCE, "Who made the record.", target="user", writable=False,
          creatable=False),
    Field("updated_at", Kind.DATETIME, "When the record last changed.", always=True,
          writable=False, creatable=False, sortable=True),
    Field("updated_by", Kind.REFERENCE, "Who changed the record last.", target="user",
          writable=False, creatable=False),
    Field("version", Kind.INTEGER, "Grows by one with every change.", always=True, writable=False,
          creatable=False, filterable=False),
    Field("deleted_at", Kind.DATETIME, "When the record went to the recycle bin.", writable=False,
          creatable=False),
)  # fmt: skip

_CLIENT_POINTS: Final = (
    _points("phones", "PHONE", "Phone numbers, in international form where possible."),
    _points("emails", "EMAIL", "E-mail addresses."),
    _points("websites", "WEBSITE", "Web addresses."),
    _points("messengers", "MESSENGER", "Messenger accounts."),
)
_REQUISITES: Final = Field(
    "requisites", Kind.REQUISITES, "What the authorities know the client by: tax number and the "
    "like, at most 20.", filterable=False,
)  # fmt: skip
_SOURCE: Final = (
    _item("source", "SOURCE", "Where the customer heard of us."),
    Field("source_description", Kind.TEXT, "More about the source.", max_length=5_000,
          filterable=False),
)  # fmt: skip
_NAME_FIELDS: Final = (
    _item("honorific", "HONORIFIC", "Form of address."),
    Field("first_name", Kind.STRING, "Given name.", max_length=100, sortable=True),
    Field("middle_name", Kind.STRING, "Patronymic or middle name.", max_length=100),
    Field("last_name", Kind.STRING, "Family name.", max_length=100, sortable=True),
    Field("birth_date", Kind.DATE, "Date of birth.", sortable=True),
    Field("job_title", Kind.STRING, "Position in the company."),
)
_COMMENTS: Final = (
    Field("comments", Kind.TEXT, "Free notes.", max_length=50_000, filterable=False),
    Field("utm", Kind.UTM, "Campaign marks of the visit that brought the record."),
)
_MOVES: Final = (
    Field("moved_at", Kind.DATETIME, "When the record came to its stage.", writable=False,
          creatable=False, sortable=True),
    Field("moved_by", Kind.REFERENCE, "Who moved it there.", target="user", writable=False,
          creatable=False),
    Field("closed_at", Kind.DATETIME, "When the record reached a won or lost stage.",
          writable=False, creatable=False, sortable=True),
)  # fmt: skip

_ROWS: Final = (
    Field("currency", Kind.CURRENCY, "Currency of the amount and of the prices in product rows; "
          "changing it converts both at the rate of the day.", column="amount_currency",
          filterable=False, told_by="amount"),
    Field("is_amount_manual", Kind.BOOLEAN, "The amount is set by hand; else it is the sum of the "
          "product rows.", always=True, hides=True, filterable=False),
    Field("product_rows", Kind.ROWS, "What is sold: products, quantities and prices."),
)  # fmt: skip

LEAD: Final = Entity(
    name="lead",
    plural="leads",
    doc="A possible customer who is not yet known to be one.",
    is_record=True,
    searchable=("title", "first_name", "middle_name", "last_name", "company_title", "phones",
                "emails"),
    fields=(
        Field("title", Kind.STRING, "What the lead is about.", sortable=True),
        *_NAME_FIELDS,
        Field("company_title", Kind.STRING, "Name of the company, as the lead gave it.",
              sortable=True),
        *_CLIENT_POINTS,
        Field("address", Kind.ADDRESS, "Postal address."),
        *_SOURCE,
        Field("stage", Kind.REFERENCE, "Status of the lead.", target="stage", sortable=True),
        Field("stage_description", Kind.TEXT, "More about the status.", max_length=5_000,
              filterable=False),
        Field("amount", Kind.MONEY, "Expected amount.", sortable=True),
        *_ROWS,
        Field("company", Kind.REFERENCE, "The known company behind the lead.", target="company",
              sortable=True),
        Field("contact", Kind.REFERENCE, "The known person behind the lead.", target="contact",
              sortable=True),
        Field("contacts", Kind.LINKS, "All known persons of the lead.", target="contact",
              link=Link(table="lead_contacts", owner="lead_id", target="contact_id")),
        Field("is_returning", Kind.BOOLEAN, "From a customer who is known already.", always=True,
              hides=True, writable=False, creatable=False),
        *_COMMENTS,
        *_MOVES,
        _observers("lead"),
        *COMMON_FIELDS,
    ),
)  # fmt: skip

CONTACT: Final = Entity(
    name="contact",
    plural="contacts",
    doc="A person: a customer, a supplier, a partner.",
    is_record=True,
    title_field="last_name",
    searchable=("first_name", "middle_name", "last_name", "phones", "emails"),
    fields=(
        *_NAME_FIELDS,
        _item("type", "CONTACT_TYPE", "What the person is to us."),
        *_SOURCE,
        *_CLIENT_POINTS,
        Field("company", Kind.REFERENCE, "The main company of the person.", target="company",
              sortable=True),
        Field("companies", Kind.LINKS, "All companies of the person.", target="company",
              link=Link(table="contact_companies", owner="contact_id", target="company_id")),
        _REQUISITES,
        Field("deals", Kind.INVERSE, "Deals in which this is the main contact.", target="deal",
              via="contact_id"),
        Field("leads", Kind.INVERSE, "Leads that name this contact.", target="lead",
              via="contact_id"),
        Field("is_exportable", Kind.BOOLEAN, "May be part of exports.", always=True, hides=True),
        *_COMMENTS,
        _observers("contact"),
        *COMMON_FIELDS,
    ),
)  # fmt: skip

COMPANY: Final = Entity(
    name="company",
    plural="companies",
    doc="An organisation: a customer, a supplier, or one of our own.",
    is_record=True,
    searchable=("title", "phones", "emails"),
    fields=(
        Field("title", Kind.STRING, "Name of the company.", required=True, sortable=True),
        _item("type", "COMPANY_TYPE", "What the company is to us."),
        _item("industry", "INDUSTRY", "Line of business."),
        _item("employees", "EMPLOYEES", "Number of employees, as a range."),
        Field("revenue", Kind.MONEY, "Revenue of a year.", sortable=True),
        *_CLIENT_POINTS,
        _REQUISITES,
        Field("contacts", Kind.INVERSE, "People whose main company this is.", target="contact",
              via="company_id"),
        Field("deals", Kind.INVERSE, "Deals with the company.", target="deal", via="company_id"),
        Field("leads", Kind.INVERSE, "Leads that name the company.", target="lead",
              via="company_id"),
        Field("is_mine", Kind.BOOLEAN, "One of our own legal entities.", always=True, hides=True),
        Field("parent", Kind.REFERENCE, "The company that owns this one.", target="company",
              sortable=True),
        Field("subsidiaries", Kind.INVERSE, "Companies owned by this one.", target="company",
              via="parent_id"),
        *_COMMENTS,
        _observers("company"),
        *COMMON_FIELDS,
    ),
)  # fmt: skip

DEAL: Final = Entity(
    name="deal",
    plural="deals",
    doc="A sale on its way through a pipeline.",
    is_record=True,
    searchable=("title",),
    fields=(
        Field("title", Kind.STRING, "What the deal is about.", sortable=True),
        _item("type", "DEAL_TYPE", "Kind of the sale."),
        Field("pipeline", Kind.REFERENCE, "The pipeline that the deal is in.", target="pipeline",
              sortable=True),
        Field("stage", Kind.REFERENCE, "The stage that the deal stands on.", target="stage",
              sortable=True),
        Field("probability", Kind.INTEGER, "Chance of winning in percent.", minimum=0, maximum=100,
              sortable=True),
        Field("amount", Kind.MONEY, "What the deal is worth.", sortable=True),
        *_ROWS,
        Field("tax", Kind.MONEY, "The tax within the amount.", sortable=True),
        Field("company", Kind.REFERENCE, "The company that buys.", target="company",
              sortable=True),
        Field("contact", Kind.REFERENCE, "The main person on the customer's side.",
              target="contact", sortable=True),
        Field("contacts", Kind.LINKS, "All persons on the customer's side.", target="contact",
              link=Link(table="deal_contacts", owner="deal_id", target="contact_id")),
        Field("lead", Kind.REFERENCE, "The lead that the deal came from.", target="lead"),
        Field("begin_date", Kind.DATE, "First day of work on the deal.", sortable=True),
        Field("close_date", Kind.DATE, "Day on which it is, or is to be, closed.", sortable=True),
        Field("is_closed", Kind.BOOLEAN, "Stands on a won or lost stage.", always=True,
              hides=True, writable=False, creatable=False),
        Field("loss_reason", Kind.STRING, "Why the deal was lost."),
        Field("is_returning", Kind.BOOLEAN, "The customer has won deals before.", always=True,
              hides=True, writable=False, creatable=False),
        *_SOURCE,
        *_COMMENTS,
        Field("board_position", Kind.RANK, "Rank of the card in its column of the board.",
              writable=False, creatable=False, filterable=False),
        *_MOVES,
        _observers("deal"),
        *COMMON_FIELDS,
    ),
)  # fmt: skip

PRIMARY_OF: Final = {
    ("deal", "contact"): "contacts",
    ("lead", "contact"): "contacts",
    ("contact", "company"): "companies",
}
"""References that name the main one of a list: always a member of it."""
