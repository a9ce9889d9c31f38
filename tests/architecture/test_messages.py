"""What the server says to people: in both languages, all of it used, with what it needs to say."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator

import pytest

from domain.messages import MESSAGES, say
from schema import limit_messages
from tests.architecture.sources import LAYERS, Module, callee, modules, read

_RAISERS = {
    "refuse": 1, "wrong": 1, "UserError": 1, "ForbiddenError": 0, "BadInputError": 0,
    "InvalidValueError": 0,
}  # fmt: skip
"""Functions and errors that take the key of a message, and at which place."""
_DERIVED = {"invalid_email", "invalid_phone", "invalid_website"}
"""Made of the kind of a value in resolvers/values.py."""


def placeholders(text: str) -> set[str]:
    """Give the names of what is put into a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words_of(text: str) -> set[str]:
    """Give the Russian letters of a text."""
    return set(re.findall(r"[а-яё]", text.lower()))


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_is_said_in_english_and_russian_with_the_same_values(key: str) -> None:
    english, russian = MESSAGES[key]

    assert placeholders(english) == placeholders(russian)
    assert not words_of(english)
    assert words_of(russian)
    assert english.endswith(".")
    assert russian.endswith(".")
    values = {name: f"<{name}>" for name in placeholders(english)}
    assert [say(key, language, values) for language in ("en", "ru", "fr")] == [
        english.format(**values), russian.format(**values), english.format(**values),
    ]  # fmt: skip


def test_a_key_stands_for_one_message() -> None:
    # Lists of messages are put together: of two with one key, one would be lost without a word.
    keys = [
        key.value
        for module in modules("domain")
        if module.path.endswith("messages.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]

    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_what_the_transport_says_is_in_both_languages_too() -> None:
    english, russian = (limit_messages.MESSAGES[language] for language in ("en", "ru"))

    assert set(english) == set(russian)
    for key, text in english.items():
        assert placeholders(text) == placeholders(russian[key]), key
        assert words_of(russian[key])
        assert not words_of(text)


def keys_used(module: Module) -> Iterator[tuple[str, set[str] | None]]:
    """Give the keys of messages that a module raises with the names of their values.

    None stands for values that are handed through as a whole.
    """
    for call in module.calls():
        place = _RAISERS.get(callee(call))
        if place is None or len(call.args) <= place:
            continue
        names = {word.arg for word in call.keywords if word.arg is not None}
        passed_on = any(word.arg is None for word in call.keywords)
        if callee(call) == "UserError":
            # Its values come as one mapping, the fourth argument.
            given = call.args[3] if len(call.args) > 3 else ast.Dict([], [])
            passed_on = not isinstance(given, ast.Dict)
            keys = given.keys if isinstance(given, ast.Dict) else []
            names = {str(item.value) for item in keys if isinstance(item, ast.Constant)}
        match call.args[place]:
            case ast.Constant(value=str(key)):
                yield key, None if passed_on else names
            case _:
                pass


def test_a_refusal_has_a_message_and_all_the_values_in_it() -> None:
    found = [(module.path, *used) for module in modules(*LAYERS) for used in keys_used(module)]

    assert len(found) > 60
    assert [(path, key) for path, key, _ in found if key not in MESSAGES] == []
    assert [
        (path, key)
        for path, key, names in found
        if names is not None and not placeholders(MESSAGES[key][0]) <= names
    ] == []


def test_every_message_is_used() -> None:
    texts = {
        node.value
        for module in modules(*LAYERS)
        if module.path
        not in {
            "domain/messages.py",
            "domain/activity_messages.py",
            "domain/access_messages.py",
            "domain/sign_in_messages.py",
            "domain/process_messages.py",
        }
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set(MESSAGES) - _DERIVED - texts == set()


def test_the_search_for_keys_finds_them() -> None:
    found = keys_used(
        read(
            "raise refuse(Code.IN_USE, 'in_use', 'id', count=uses)\n"
            "draft.values.wrong(Code.DUPLICATE, 'given_twice', 'id')\n"
            "raise InvalidValueError(error.message, *place, code=error.code)\n"
            "raise InvalidValueError('too_long', **error.values)\n"
            "UserError(Code.INVALID, 'password_length', path, {'minimum': 8, 'maximum': 200})\n"
        )
    )

    assert list(found) == [
        ("in_use", {"count"}),
        ("given_twice", set()),
        ("too_long", None),
        ("password_length", {"minimum", "maximum"}),
    ]
