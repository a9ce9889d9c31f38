"""Names of files as they may be kept: without folders, and without characters that deceive."""

import unicodedata
from typing import Final

# They turn the order of what is shown: photo<U+202E>gpj.exe reads as photoexe.jpg.
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Controls, halves of surrogate pairs, unassigned characters, separators of lines and paragraphs.
_REMOVED: Final = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def clean_name(given: str) -> str:
    """Give the last part of a path without such characters; empty where nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        char for char in last if char not in _TURNING and unicodedata.category(char) not in _REMOVED
    )
    name = unicodedata.normalize("NFC", kept).strip()
    return "" if name.strip(".") == "" else name
