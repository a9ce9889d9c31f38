"""The forms of numbers, days and times that both faces take; `test_bad_input.py` has the others."""

from typing import Any

import pytest

from tests.custom.fields import find, make_field
from tests.people import Cast


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("INTEGER", 7.0, 7),
        ("INTEGER", -0.0, 0),
        ("INTEGER", -2147483648.0, -2147483648),
        ("NUMBER", "-0", "0"),
        ("NUMBER", "007.50", "7.5"),
        ("NUMBER", "1" + "0" * 13, "10000000000000"),
        ("NUMBER", 1e3, "1000"),
        ("NUMBER", 1.5e-3, "0.0015"),
        ("NUMBER", 1234567890.1234, "1234567890.1234"),
        ("NUMBER", 99999999999999, "99999999999999"),
        ("MONEY", {"amount": "0.0001", "currency": "USD"}, {"amount": "0.0001"}),
        ("MONEY", {"amount": 1e3, "currency": "USD"}, {"amount": "1000"}),
        ("DATE", "0001-01-01", "0001-01-01"),
        ("DATE", "2028-02-29", "2028-02-29"),
        ("DATETIME", "2026-11-24T10:00:00.123456Z", "2026-11-24T10:00:00.123456Z"),
        ("DATETIME", "2026-11-24T10:00:00.5+03:30", "2026-11-24T06:30:00.500000Z"),
        ("DATETIME", "2026-11-24t10:00:00z", "2026-11-24T10:00:00Z"),
        ("DATETIME", "2026-11-24T00:00:00-00:00", "2026-11-24T00:00:00Z"),
    ],
)
async def test_both_faces_take_a_value_in_one_form(
    people: Cast, kind: str, given: Any, kept: Any
) -> None:
    await make_field(people.root, "Value", kind)
    read = f"custom {{ value {'{ amount }' if kind == 'MONEY' else ''} }}"

    for face in (
        {"customValues": [{"code": "value", "value": given}]},
        {"custom": {"value": given}},
    ):
        wanted = {"title": next(iter(face)), **face}
        made = await people.anna.mutate("createDeal", wanted, f"deal {{ {read} }}")
        assert made.payload()["deal"]["custom"]["value"] == kept

    wanted = given["amount"] if kind == "MONEY" else given
    assert await find(people.anna, "value", "eq", wanted) == ["custom", "customValues"]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("INTEGER", 7.5), ("INTEGER", "7"), ("INTEGER", 2147483648.0),
        ("NUMBER", "1e3"), ("NUMBER", " 5 "), ("NUMBER", "１"), ("MONEY", "1_000"),
        ("DATE", "2026-W48-2"), ("DATETIME", "2026-11-24 10:00:00Z"),
        ("DATETIME", "2026-11-24T10:00:00.1234567Z"),
    ],
)  # fmt: skip
async def test_conditions_are_read_as_strictly(people: Cast, kind: str, wanted: Any) -> None:
    await make_field(people.root, "Value", kind)
    typed = "query ($given: DealFilter) { deals(where: $given) { totalCount } }"
    generic = "query ($given: [CustomFilter!]) { deals(customWhere: $given) { totalCount } }"

    by_name = await people.anna.run(typed, {"given": {"custom": {"value": {"eq": wanted}}}})
    by_code = await people.anna.run(
        generic, {"given": [{"code": "value", "op": "eq", "value": wanted}]}
    )

    assert by_name.codes == by_code.codes == ["BAD_USER_INPUT"]
