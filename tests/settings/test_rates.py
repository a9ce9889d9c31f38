"""Exchange rates as a setting: one a day, and what they do to the amounts that waited for them."""

from typing import Any

import pytest

from domain.entities import RECORDS
from domain.fields import Entity, Field, Kind, camel
from tests.settings.office import Office, change

AMOUNTS = [
    pytest.param(record, declared, currency, id=f"{record.name}-{declared.name}")
    for (record, declared), currency in zip(
        [
            (record, declared)
            for record in RECORDS
            for declared in record.fields
            if declared.kind is Kind.MONEY
        ],
        # Rates are never taken back, so each case has a currency of its own.
        ("AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AWG", "AZN", "BAM"),
        strict=False,
    )
]


async def set_rate(office: Office, currency: str, rate: str, day: str | None = None) -> Any:
    """Let the keeper set a rate."""
    given = {"currency": currency, "rate": rate} | ({} if day is None else {"date": day})
    read = "exchangeRate { currency date rate }"
    return await change(office.keeper, "setExchangeRate", read, input=given)


async def rates(office: Office, currency: str) -> list[tuple[str, str]]:
    """Give the days and rates of a currency."""
    found = await office.seller.data("{ exchangeRates { currency date rate } }")
    return [
        (rate["date"], rate["rate"])
        for rate in found["exchangeRates"]
        if rate["currency"] == currency
    ]


async def test_a_day_has_one_rate_and_the_newest_comes_first(office: Office) -> None:
    first = await set_rate(office, "CLP", "0.0011", "2026-01-01")
    await set_rate(office, "CLP", "0.0012", "2026-02-01")
    await set_rate(office, "CLP", "0.001", "2026-01-01")

    assert first == {"currency": "CLP", "date": "2026-01-01", "rate": "0.0011"}
    assert await rates(office, "CLP") == [("2026-02-01", "0.0012"), ("2026-01-01", "0.001")]
    changes = [
        changed["CLP"] for _, changed in await office.log(office.workspace) if "CLP" in changed
    ]
    assert [change_["to"] for change_ in changes] == ["0.0011", "0.0012", "0.001"]


@pytest.mark.parametrize(("record", "declared", "currency"), AMOUNTS)
async def test_amounts_that_waited_for_a_rate_get_their_base_amount(
    office: Office, record: Entity, declared: Field, currency: str
) -> None:
    one, thing, field = record.name, record.type_name, camel(declared.name)
    money = {"amount": "10.01", "currency": currency}
    made = await change(
        office.seller, f"create{thing}", f"{one} {{ id }}", input={"title": "Waits", field: money}
    )
    asked = (
        f"query ($where: {thing}Filter) {{ {record.plural}(where: $where)"
        f" {{ nodes {{ id version {field} {{ amount currency }} }} }} }}"
    )

    async def worth(amount: str) -> Any:
        where = {field: {"eq": amount}, f"{field}Currency": {"eq": currency}}
        return (await office.seller.data(asked, where=where))[record.plural]["nodes"]

    await set_rate(office, currency, "7", "2999-01-01")
    assert await worth("70.07") == []

    await set_rate(office, currency, "3.3333")
    # 10.01 at 3.3333 is 33.366333: four places are kept. It is no change of the record.
    assert await worth("33.3663") == [{"id": made["id"], "version": 1, field: money}]
    assert len(await office.log(made["id"])) == 1

    await set_rate(office, currency, "5")
    assert len(await worth("33.3663")) == 1
    again = {"id": made["id"], field: {**money, "amount": "10"}}
    await change(office.seller, f"update{thing}", f"{one} {{ id }}", input=again)
    assert len(await worth("50")) == 1


def test_there_is_a_currency_for_every_amount() -> None:
    declared = [field for record in RECORDS for field in record.fields if field.kind is Kind.MONEY]

    assert len(AMOUNTS) == len(declared)
