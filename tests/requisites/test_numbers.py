"""Numbers of requisites: what is one, and that a wrong digit is told."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.requisites import (
    PARTS,
    Requisite,
    RequisiteKind,
    faults,
    is_inn,
    is_kpp,
    is_ogrn,
    parts_of,
    restricted,
    without_spaces,
)

INN_OF_ORGANIZATION: Final = "7707083893"
INN_OF_PERSON: Final = "500100732259"
OGRN: Final = "1027700132195"
OGRNIP: Final = "304500116000157"
KNOWN: Final = (
    (is_inn, INN_OF_ORGANIZATION),
    (is_inn, INN_OF_PERSON),
    (is_ogrn, OGRN),
    (is_ogrn, OGRNIP),
)


@pytest.mark.parametrize(("check", "number"), KNOWN)
def test_a_number_with_one_digit_changed_is_none(check: Callable[[str], bool], number: str) -> None:
    assert check(number)
    changed = [
        f"{number[:place]}{digit}{number[place + 1 :]}"
        for place in range(len(number))
        for digit in "0123456789"
        if digit != number[place]
    ]
    assert [text for text in changed if check(text)] == []


@pytest.mark.parametrize(("check", "number"), KNOWN)
def test_only_digits_of_the_right_number_make_one(
    check: Callable[[str], bool], number: str
) -> None:
    arabic = number.translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})
    for text in ("", "0" * len(number), number[:-1], number + "0", f"{number[:-1]} ", arabic):
        assert not check(text), text


def digits(count: int) -> st.SearchStrategy[str]:
    """Give numbers of so many digits."""
    return st.text("0123456789", min_size=count, max_size=count)


def remainder_of_inn(before: str) -> int:
    """Give the rest that the last digit of a number of 10 digits is made of: weights told apart."""
    return sum(int(a) * b for a, b in zip(before, [2, 4, 10, 3, 5, 9, 4, 6, 8], strict=True)) % 11


def remainder_of_ogrn(before: str) -> int:
    """Give the rest that the last digit of a number of 13 digits is made of."""
    return int(before) % 11


def remainder_of_ogrnip(before: str) -> int:
    """Give the rest that the last digit of a number of 15 digits is made of."""
    return int(before) % 13


@pytest.mark.parametrize(
    ("check", "count", "remainder"),
    [
        (is_inn, 9, remainder_of_inn),
        (is_ogrn, 12, remainder_of_ogrn),
        (is_ogrn, 14, remainder_of_ogrnip),
    ],
)
@given(data=st.data())
def test_a_wrong_digit_anywhere_is_told(
    check: Callable[[str], bool], count: int, remainder: Callable[[str], int], data: st.DataObject
) -> None:
    before = data.draw(digits(count))
    assume(before.strip("0"))
    last = remainder(before) % 10
    assert check(f"{before}{last}")
    wrong = data.draw(st.integers(0, 9))
    assert check(f"{before}{wrong}") is (wrong == last)

    place, other = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, 9))
    assume(str(other) != before[place])
    changed = f"{before[:place]}{other}{before[place + 1 :]}"
    # Rests of 10 and more give the digit of a smaller one: such a pair no check digit tells apart.
    assume(remainder(changed) % 10 != last)
    assert not check(f"{changed}{last}")


def test_a_kpp_has_an_office_a_reason_and_a_number() -> None:
    for text in ("773601001", "7736AZ001"):
        assert is_kpp(text), text
    for text in ("", "77360100", "7736010011", "7736az001", "77A601001", "7736АБ001", "773601001 "):
        assert not is_kpp(text), text


def test_spaces_of_any_kind_do_not_count() -> None:
    assert without_spaces(" 77 07 083\u00a0893 ") == INN_OF_ORGANIZATION


def test_each_kind_has_fields_of_its_own() -> None:
    names = {kind.name: {part.name for part in parts_of(kind)} for kind in RequisiteKind}

    assert names["PERSON"] == {"title", "first_name", "middle_name", "last_name", "inn"}
    assert names["SOLE_PROPRIETOR"] - names["PERSON"] == {
        "short_name", "full_name", "ogrnip", "okpo", "okved",
    }  # fmt: skip
    assert names["ORGANIZATION"] == {
        "title", "short_name", "full_name", "inn", "kpp", "ogrn", "okpo", "oktmo", "director",
        "accountant", "registration_date",
    }  # fmt: skip


@pytest.mark.parametrize("kind", RequisiteKind)
def test_fields_of_another_kind_are_told_and_left_out(kind: RequisiteKind) -> None:
    foreign = [part.name for part in PARTS if kind not in part.kinds]
    given_fields: dict[str, Any] = {name: "x" for name in foreign if name != "registration_date"}
    requisite = Requisite(RequisiteKind.PERSON.value, title="Main", **given_fields)

    found = restricted(requisite, kind)

    assert found == Requisite(kind.value, title="Main")
    assert {fault.part for fault in faults(Requisite(kind.value, **given_fields))} == (
        given_fields.keys()
    )


def test_an_inn_has_the_digits_of_its_kind() -> None:
    def told(kind: RequisiteKind, **fields: Any) -> list[tuple[str, str, dict[str, int]]]:
        found = faults(Requisite(kind.value, **fields))
        return [(fault.part, fault.message, dict(fault.values)) for fault in found]

    organization, person = RequisiteKind.ORGANIZATION, RequisiteKind.PERSON
    assert told(organization, inn=INN_OF_ORGANIZATION, ogrn=OGRN, kpp="773601001") == []
    assert told(person, inn=INN_OF_PERSON) == []
    assert told(RequisiteKind.SOLE_PROPRIETOR, inn=INN_OF_PERSON, ogrnip=OGRNIP) == []
    assert told(organization, inn=INN_OF_PERSON) == [("inn", "digits_expected", {"count": 10})]
    assert told(person, inn=INN_OF_ORGANIZATION) == [("inn", "digits_expected", {"count": 12})]
    assert told(organization, inn="7707083894", kpp="1", ogrn="1") == [
        ("inn", "check_digits", {}),
        ("kpp", "invalid_kpp", {}),
        ("ogrn", "digits_expected", {"count": 13}),
    ]
