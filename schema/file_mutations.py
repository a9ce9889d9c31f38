"""The mutations of files."""

from typing import Final

from domain.files import FILE
from resolvers import files
from schema.inputs import input_type
from schema.scalars import Upload
from schema.settings_mutations import entry

_UPLOAD: Final = input_type(
    "UploadFileInput",
    "A file to keep.",
    {
        "file": (Upload, "The file."),
        "name": (str | None, "Its name; what the request calls it if left out."),
    },
)

UPLOAD_FILE: Final = entry(
    FILE, "Upload", _UPLOAD,
    "Keeps a file until a field takes it by its id; one that no field takes goes after a day.",
    files.upload,
)  # fmt: skip
