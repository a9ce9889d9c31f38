"""What commands print: tables, and in one line what went wrong."""

import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

import typer

from domain.errors import BadInputError, ForbiddenError, RefusedError
from domain.messages import say


def show_table(rows: Iterable[Sequence[object]]) -> None:
    """Print rows as columns that stand below each other."""
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        typer.echo("  ".join(padded).rstrip())


def message_of(error: Exception) -> str:
    """Say in English what was refused."""
    match error:
        case RefusedError():
            return "\n".join(
                ": ".join((*each.path, say(each.message, "en", each.values)))
                for each in error.errors
            )
        case ForbiddenError() | BadInputError():
            return say(error.message, "en", getattr(error, "values", {}))
    return str(error)


def fail(message: str) -> NoReturn:
    """End the command with a message, and exit code 1."""
    typer.echo(f"voronka: {message}", err=True)
    sys.exit(1)
