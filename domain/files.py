"""Files: what people upload and then put into fields of records."""

from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Final
from uuid import UUID

from domain.fields import Entity, Field, Kind, fixed

MAX_NAME: Final = 255
LIFE_WITHOUT_RECORD: Final = timedelta(hours=24)
"""How long a file lives that no field of a record holds, or holds any more."""

FILE: Final = Entity(
    name="file",
    plural="files",
    doc="A file that was uploaded.",
    title_field="name",
    is_growing=True,
    fields=(
        fixed("name", Kind.STRING, "Its name, without folders."),
        fixed("size", Kind.INTEGER, "Its length in bytes."),
        fixed(
            "content_type",
            Kind.STRING,
            "Media type, told by its content; application/octet-stream where that says nothing.",
        ),
        fixed("created_at", Kind.DATETIME, "When it was uploaded."),
        Field(
            "created_by",
            Kind.REFERENCE,
            "Who uploaded it.",
            target="user",
            writable=False,
            creatable=False,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file sits: a field of a record."""

    record_type: str
    record_id: UUID
    field_id: UUID


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may be uploaded, in bytes."""

    file_bytes: int = 25_000_000
    """One file."""
    workspace_bytes: int = 5_000_000_000
    """All files of a workspace."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file as it came with a request; it lies on the disk or, if small, in memory."""

    name: str
    """What the caller calls it."""
    size: int
    content: IO[bytes]
    """May stand anywhere: whoever reads goes to the start first."""
