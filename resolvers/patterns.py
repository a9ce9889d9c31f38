"""Regular expressions that administrators write: compiled once, linear in time."""

from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError


@lru_cache(maxsize=1_000)
def pattern(text: str) -> TypeAdapter[str]:
    """Compile a regular expression that the whole text has to match.

    pydantic's expressions are those of Rust's `regex`: their time is linear in the text, whatever
    the pattern. Raises SchemaError for what is none.
    """
    # By itself first: a pattern that only makes sense between our brackets would break out of them.
    TypeAdapter(Annotated[str, StringConstraints(pattern=text)])
    return TypeAdapter(Annotated[str, StringConstraints(pattern=f"^(?:{text})$")])


def matches(text: str, value: str) -> bool:
    """Tell whether a whole text matches an expression."""
    try:
        pattern(text).validate_python(value)
    except ValidationError:
        return False
    return True
