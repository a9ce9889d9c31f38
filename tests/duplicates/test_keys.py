"""The keys by which records are compared: what spelling adds is gone, what tells apart stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.duplicates import (
    DuplicateKind,
    email_key,
    full_name_probes,
    keys_of,
    name_keys,
    name_probes,
    phone_key,
    title_key,
)

LETTERS = "abcxyzABCXYZабвгёяАБВГЁЯ"
WORD = st.text(LETTERS, min_size=1, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=4)
ANY = st.text(max_size=60)


def same(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> bool:
    """Tell whether who has one name finds who has the other."""
    return not set(name_probes(*one)).isdisjoint(name_keys(*other))


@pytest.mark.parametrize(
    "titles",
    [
        ("ООО «Ромашка»", "Ромашка", "ромашка, ООО", 'Общество с ограниченной ответственностью '
         '"Ромашка"', "О.О.О. Ромашка"),
        ("Smith & Co. Ltd", "smith and", "Smith and Company Limited", "SMITH & CO LLC"),
        ("ПАО Сбербанк", "Сбербанк", "Публичное акционерное общество «Сбербанк»"),
        ("Müller GmbH", "MÜLLER", "müller G.m.b.H."),
        ("Ёлки-палки", "елки палки"),
    ],
)  # fmt: skip
def test_titles_are_compared_without_their_legal_form(titles: tuple[str, ...]) -> None:
    assert len({title_key(title) for title in titles}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ромашка", "Ромашка 2"), ("Аоста", "Оста"), ("Incline", "Line"), ("ООО", "АО")],
)
def test_titles_of_different_companies_stay_different(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_a_legal_form_by_itself_is_a_title() -> None:
    assert title_key("ООО") == "ооо"
    assert title_key("…") == ""


@given(ANY)
def test_a_key_of_a_title_is_its_own_key(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


@given(WORDS, st.sampled_from([" ", "  ", " - ", ", ", '" «']))
def test_case_spaces_and_marks_make_no_other_title(words: list[str], between: str) -> None:
    title = " ".join(words)
    assert title_key(f" {between.join(words).swapcase()}. ") == title_key(title)


@given(ANY, ANY, ANY)
def test_whoever_has_a_name_is_found_by_it(first: str, middle: str, last: str) -> None:
    name = (first, middle, last)
    assert bool(name_keys(*name)) == same(name, name)
    assert all(key == key.casefold() for key in name_keys(*name))


@given(WORD, WORD, WORD)
def test_names_are_compared_in_any_order_and_case(first: str, middle: str, last: str) -> None:
    name = (first, middle, last)
    assert same(name, (f" {last.swapcase()}. ", middle, first))
    assert same((first, None, last), name)
    assert same(name, (last, None, first))
    assert set(full_name_probes(f"{first} {middle}  {last}")) & set(name_keys(*name))
    assert set(full_name_probes(f"{last} {first} {middle}")) & set(name_keys(*name))


def test_another_middle_name_is_another_person() -> None:
    assert not same(("Ivan", "Petrovich", "Orlov"), ("Ivan", "Sergeevich", "Orlov"))
    assert same(("Ivan", "Petrovich", "Orlov"), ("Orlov", "PETROVICH", "Ivan"))
    assert not same(("Ivan", None, "Orlov"), ("Ivan", None, "Orlova"))


def test_a_single_word_is_no_name() -> None:
    assert name_keys("Ivan", None, None) == ()
    assert name_keys(None, "Petrovich", " . ") == ()
    assert full_name_probes("Ivan") == ()
    assert name_keys("Ivan Orlov", None, None) == name_keys("Ivan", "", "Orlov")


def test_phones_are_compared_by_their_digits_without_an_extension() -> None:
    assert phone_key("+79161234567;ext=12") == phone_key("+7 916 123-45-67") == "79161234567"
    assert keys_of(DuplicateKind.PHONE, ["+79161234567", "+79161234567;ext=1", None]) == (
        "79161234567",
    )
    assert email_key(" A@B.example ") == "a@b.example"


@given(st.sampled_from(DuplicateKind), st.text(max_size=1_000))
def test_no_key_is_too_long_for_an_index(kind: DuplicateKind, text: str) -> None:
    values = [text, text, text] if kind is DuplicateKind.NAME else [text]
    assert all(len(key.encode("utf-8", "replace")) < 2_000 for key in keys_of(kind, values))
