"""The statements that are measured, built by the product's own code, and how fast each shall be."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select

from bench.meter import Meter
from bench.orders import PAGE, deep_position, offered_orders
from bench.place import Place
from domain.fields import Entity
from domain.filters import Direction, OrderKey
from domain.records import COMPANY, CONTACT, DEAL
from loaders.lists import ListSpec, PageSpec
from loaders.loaders import field_of
from loaders.numbers import counted_statement, numbers_statement
from loaders.rows import ROW_TYPES, Row, row_type
from loaders.statements import KEYS_NAME, page_statement
from schema.filters import read_search, read_where

PAGE_MS: Final = 3.0
SEARCH_MS: Final = 20.0
COUNT_MS: Final = 150.0
_LARGE: Final = Decimal(1_000_000)
_PARENTS: Final = 20
_CHILDREN: Final = 5
_SHOWN: Final = (
    "id", "title", "amount", "amount_currency", "probability", "begin_date", "close_date",
    "is_closed", "created_at", "version", "company_id", "contact_id", "stage_id", "responsible_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One statement to measure."""

    group: str
    name: str
    statement: Select[Any]
    target: float | None
    """Milliseconds; None where nothing is promised."""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The group and the name together."""
        return f"{self.group}: {self.name}"


async def all_cases(meter: Meter, place: Place) -> AsyncIterator[Case]:
    """Give the cases one by one; some look into the data for their values."""
    yield _page("page", "newest first, first page", meter, PageSpec(ListSpec("deal"), PAGE))
    for name, key in offered_orders():
        spec = ListSpec("deal", order=(key,))
        yield _page("page", f"{name}, first page", meter, PageSpec(spec, PAGE))
        deep = await deep_position(meter, place, key)
        yield _page("page", f"{name}, deep page", meter, PageSpec(spec, PAGE, position=deep))
    for case in await _searches(meter):
        yield case
    for case in _numbers(meter):
        yield case
    yield await _nested(meter)


def _page(
    group: str, name: str, meter: Meter, page: PageSpec, target: float | None = PAGE_MS
) -> Case:
    return Case(
        group,
        name,
        page_statement(page, meter.actor, _rows(page.list.entity), nested=False),
        target,
    )


def _rows(entity: str) -> type[Row]:
    """Give the rows that a list screen reads: of deals what a table of them shows."""
    return row_type(entity, _SHOWN) if entity == DEAL.name else ROW_TYPES[entity]


async def _searches(meter: Meter) -> list[Case]:
    """Search for words of the data: an order's number, a company's name, words of many titles."""
    ordered = await _newest(meter, DEAL, "№")
    number = ordered.title.rpartition(" ")[2]
    company = (await _newest(meter, DEAL, "«")).title.partition("«")[2].strip("»").split()[0]
    contacts = await meter.page(PageSpec(ListSpec("contact"), 1))
    words = (
        (DEAL, "number of one order", number),
        (DEAL, "name of a company", company),
        (DEAL, "two words, both frequent", "поставка урал"),
        (DEAL, "word of one title in twenty", "мебель"),
        (DEAL, "word of nobody", "фывапролдж"),
        (DEAL, "two letters, frequent", "1С"),
        (CONTACT, "frequent family name", "Иванов"),
        (CONTACT, "first and family name", f"{contacts.rows[0].first_name} "
         f"{contacts.rows[0].last_name}"),
        (CONTACT, "end of a phone", "4567890"),
        (COMPANY, "name of a company", company),
    )  # fmt: skip
    return [
        _page(
            "search",
            f"{entity.plural}: {what}",
            meter,
            PageSpec(ListSpec(entity.name, search=read_search(text)), PAGE),
            SEARCH_MS,
        )
        for entity, what, text in words
    ]


async def _newest(meter: Meter, entity: Entity, title: str) -> Row:
    """Give the newest record with a text in its title."""
    where = read_where(entity, {"title": {"contains": title}})
    return (await meter.page(PageSpec(ListSpec(entity.name, where), 1))).rows[0]


def _numbers(meter: Meter) -> list[Case]:
    large = {"amount": {"gte": _LARGE}}
    won, at_work = (
        _list(DEAL, {"stage": {"semantics": {"eq": semantics}}} | large)
        for semantics in ("WON", "OPEN")
    )

    everything = ListSpec("deal")
    counted = counted_statement(everything, meter.actor, ("amount_sum",), nested=False)

    def count(name: str, spec: ListSpec, *columns: str, target: float | None = None) -> Case:
        return Case(
            "count", name, numbers_statement(spec, meter.actor, columns, nested=False), target
        )

    return [
        count("totalCount of all deals, kept", everything, target=PAGE_MS),
        count("sum of all amounts, kept", everything, "amount_sum", target=PAGE_MS),
        Case("count", "totalCount and sum of all amounts, counted", counted, COUNT_MS),
        count("largest of all amounts", everything, "amount_max"),
        count("totalCount of a search", ListSpec("deal", search=("мебель",))),
        count("totalCount: won and at least 1,000,000", won),
        count("totalCount: open and at least 1,000,000", at_work),
        _page("filter", "won and at least 1,000,000", meter, PageSpec(won, PAGE), None),
        _page("filter", "open and at least 1,000,000", meter, PageSpec(at_work, PAGE), None),
    ]


async def _nested(meter: Meter) -> Case:
    oldest = OrderKey((field_of("company", "created_at"),), Direction.ASC)
    companies = await meter.page(PageSpec(ListSpec("company", order=(oldest,)), _PARENTS))
    parents = [row.id for row in companies.rows]
    spec = ListSpec("deal", relation=field_of("company", "deals"), parent="company")
    statement = page_statement(PageSpec(spec, _CHILDREN), meter.actor, _rows("deal"), nested=True)
    name = f"{_PARENTS} companies with {_CHILDREN} deals each"
    return Case("nested", name, statement, None, {KEYS_NAME: parents})


def _list(entity: Entity, where: dict[str, Any]) -> ListSpec:
    return ListSpec(entity.name, read_where(entity, where))
