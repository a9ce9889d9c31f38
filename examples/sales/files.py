"""The four CSV files as checked rows: all is read and understood before anything is sent."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from sales.failures import FlawError
from sales.meanings import COUNTRIES, INDUSTRIES, KNOWN_FLAWS, STAGES

T = TypeVar("T")

_COLUMNS: Final = {
    "sales_teams.csv": ("sales_agent", "manager", "regional_office"),
    "products.csv": ("product", "series", "sales_price"),
    "accounts.csv": ("account", "sector", "year_established", "revenue", "employees",
                     "office_location", "subsidiary_of"),
    "sales_pipeline.csv": ("opportunity_id", "sales_agent", "product", "account", "deal_stage",
                           "engage_date", "close_date", "close_value"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """Who sells, for which manager, in which regional office."""

    name: str
    manager: str
    office: str
    where: str
    """The file, the line and the key of the row, for messages."""


@dataclass(frozen=True, slots=True)
class Product:
    """Something that is sold, of a series, with its list price."""

    name: str
    series: str
    price: Decimal
    where: str


@dataclass(frozen=True, slots=True)
class Account:
    """A company that buys; `revenue` is that of a year, in units of the currency."""

    name: str
    sector: str
    founded: int
    revenue: Decimal
    employees: int
    country: str
    parent: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A deal; won and lost ones have a day and a value, open ones have neither."""

    key: str
    agent: str
    product: str
    account: str | None
    stage: str
    engaged: date | None
    closed: date | None
    value: Decimal | None
    where: str


@dataclass(frozen=True, slots=True)
class SalesData:
    """The whole data set."""

    agents: list[Agent]
    products: list[Product]
    accounts: list[list[Account]]
    """By generation: those without an owner, those owned by the first, and so on."""
    opportunities: list[Opportunity]


@dataclass(frozen=True, slots=True)
class _Row:
    file: str
    line: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.line} ({self.cells[_COLUMNS[self.file][0]]})"

    def text(self, column: str) -> str:
        """Give a cell as it is meant: without blanks around it and without its known flaw."""
        said = self.cells[column].strip()
        return KNOWN_FLAWS.get((self.file, column), {}).get(said, said)

    def required(self, column: str) -> str:
        """Give a cell that must not be empty."""
        word = self.text(column)
        if not word:
            raise self.flaw(column, "must not be empty")
        return word

    def one_of(self, column: str, known: Collection[str], home: str) -> str:
        """Give a cell that must be a known word; `home` says where those stand."""
        word = self.text(column)
        if word not in known:
            raise self.flaw(column, f"is not in {home}, nor a known flaw (examples/sales/meanings)")
        return word

    def read(self, column: str, read: Callable[[str], T], kind: str) -> T:
        """Give a cell as something else than text."""
        try:
            return read(self.text(column))
        except ValueError:
            raise self.flaw(column, f"is not {kind}") from None

    def read_or_none(self, column: str, read: Callable[[str], T], kind: str) -> T | None:
        """Give a cell as something else than text; None where it is empty."""
        return self.read(column, read, kind) if self.text(column) else None

    def flaw(self, column: str, problem: str) -> FlawError:
        """Make the error that names the row."""
        return FlawError(f"{self.where}: {column} {self.cells[column]!r} {problem}.")


def read_sales_data(folder: Path) -> SalesData:
    """Read the four files; raises FlawError for the first row that makes no sense."""
    agents = [
        Agent(
            row.text("sales_agent"),
            row.required("manager"),
            row.required("regional_office"),
            row.where,
        )
        for row in _rows(folder, "sales_teams.csv")
    ]
    products = [
        Product(
            row.text("product"),
            row.required("series"),
            row.read("sales_price", _number, "a number"),
            row.where,
        )
        for row in _rows(folder, "products.csv")
    ]
    product_names = {product.name for product in products}
    account_rows = list(_rows(folder, "accounts.csv"))
    names = {row.text("account") for row in account_rows}
    accounts = [_account(row, names) for row in account_rows]
    agent_names = {agent.name for agent in agents}
    opportunities = [
        _opportunity(row, agent_names, product_names, names)
        for row in _rows(folder, "sales_pipeline.csv")
    ]
    return SalesData(agents, products, list(_generations(accounts)), opportunities)


def _rows(folder: Path, name: str) -> Iterator[_Row]:
    """Read a file; its first column is a key, never empty and never twice."""
    columns = _COLUMNS[name]
    seen: set[str] = set()
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(columns) - set(reader.fieldnames or ()):
                raise FlawError(f"{name} has no column {', '.join(sorted(missing))}.")
            for cells in reader:
                if None in cells or None in cells.values():
                    raise FlawError(
                        f"{name}, line {reader.line_num}: not as many cells as columns."
                    )
                row = _Row(name, reader.line_num, cells)
                key = row.required(columns[0])
                if key in seen:
                    raise row.flaw(columns[0], "is there twice")
                seen.add(key)
                yield row
    except FileNotFoundError:
        raise FlawError(f"{folder / name} is missing.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FlawError(f"{folder / name} cannot be read: {error}") from None


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number


def _account(row: _Row, names: Collection[str]) -> Account:
    millions = row.read("revenue", _number, "a number")
    parent = row.text("subsidiary_of") and row.one_of("subsidiary_of", names, "accounts.csv")
    return Account(
        name=row.text("account"),
        sector=row.one_of("sector", INDUSTRIES, "INDUSTRIES"),
        founded=row.read("year_established", int, "a year"),
        revenue=millions * 1_000_000,
        employees=row.read("employees", int, "a whole number"),
        country=row.one_of("office_location", COUNTRIES, "COUNTRIES"),
        parent=parent or None,
        where=row.where,
    )


def _generations(accounts: Sequence[Account]) -> Iterator[list[Account]]:
    """Sort the accounts: those without an owner, those whose owners are known by then, …."""
    known: set[str | None] = {None}
    waiting = list(accounts)
    while waiting:
        ready = [account for account in waiting if account.parent in known]
        if not ready:
            raise FlawError(f"{waiting[0].where}: subsidiary_of leads round in a circle.")
        yield ready
        known.update(account.name for account in ready)
        waiting = [account for account in waiting if account.name not in known]


def _opportunity(
    row: _Row, agents: Collection[str], products: Collection[str], accounts: Collection[str]
) -> Opportunity:
    account = row.text("account") and row.one_of("account", accounts, "accounts.csv")
    stage = row.one_of("deal_stage", STAGES, "STAGES")
    closed = row.read_or_none("close_date", date.fromisoformat, "a day")
    value = row.read_or_none("close_value", _number, "a number")
    for column, given in (("close_date", closed), ("close_value", value)):
        if (given is None) != (STAGES[stage] == "OPEN"):
            raise row.flaw(column, f"does not go with the stage {stage}")
    return Opportunity(
        key=row.text("opportunity_id"),
        agent=row.one_of("sales_agent", agents, "sales_teams.csv"),
        product=row.one_of("product", products, "products.csv"),
        account=account or None,
        stage=stage,
        engaged=row.read_or_none("engage_date", date.fromisoformat, "a day"),
        closed=closed,
        value=value,
        where=row.where,
    )
