"""The settings that records point to: dictionaries, pipelines, stages, currencies."""

from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind


class StageSemantics(Enum):
    """What a stage means for the record that stands on it."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class PipelineEntity(Enum):
    """The types of records that move through pipelines."""

    DEAL = "DEAL"
    LEAD = "LEAD"
    QUOTE = "QUOTE"
    INVOICE = "INVOICE"


DICTIONARY_ITEM: Final = Entity(
    name="dictionary_item",
    plural="dictionary_items",
    doc="One value of a dictionary, such as the source *Web site* or the industry *Banking*.",
    title_field="name",
    fields=(
        Field(
            "dictionary",
            Kind.REFERENCE,
            "The dictionary that the value belongs to.",
            target="dictionary",
            required=True,
            always=True,
            writable=False,
        ),
        Field(
            "code",
            Kind.STRING,
            "Code that stays the same when the value is renamed; unique in its dictionary. "
            "One is made when none is given; it never changes.",
            max_length=50,
            always=True,
            writable=False,
        ),
        Field(
            "name",
            Kind.STRING,
            "Name that people see.",
            max_length=100,
            required=True,
            always=True,
            sortable=True,
        ),
        Field("color", Kind.COLOR, "Colour as #RRGGBB.", filterable=False),
        Field(
            "sort",
            Kind.INTEGER,
            "Position in the dictionary; small comes first.",
            always=True,
            writable=False,
            creatable=False,
            sortable=True,
        ),
        Field(
            "is_system",
            Kind.BOOLEAN,
            "Made with the workspace and not deletable.",
            always=True,
            writable=False,
            creatable=False,
        ),
    ),
)

DICTIONARY: Final = Entity(
    name="dictionary",
    plural="dictionaries",
    doc="A named list of values that classify records: sources, industries, your own.",
    title_field="name",
    fields=(
        Field(
            "code",
            Kind.STRING,
            "Code of the dictionary (SOURCE, INDUSTRY, …); never changes.",
            max_length=50,
            always=True,
            required=True,
            writable=False,
        ),
        Field(
            "name", Kind.STRING, "Name that people see.", max_length=100, required=True, always=True
        ),
        Field(
            "is_system",
            Kind.BOOLEAN,
            "Made with the workspace and not deletable.",
            always=True,
            writable=False,
            creatable=False,
        ),
        Field(
            "items",
            Kind.INVERSE,
            "The values in their order.",
            target="dictionary_item",
            via="dictionary_id",
        ),
    ),
)

PIPELINE: Final = Entity(
    name="pipeline",
    plural="pipelines",
    doc="An ordered set of stages that records pass: a sales pipeline, lead statuses, …",
    title_field="name",
    fields=(
        Field(
            "name",
            Kind.STRING,
            "Name that people see.",
            max_length=255,
            required=True,
            always=True,
            sortable=True,
        ),
        Field(
            "entity",
            Kind.ENUM,
            "The type of records that move through it.",
            enum=PipelineEntity,
            always=True,
            writable=False,
            creatable=False,
        ),
        Field(
            "sort",
            Kind.INTEGER,
            "Position among the pipelines of its type; small comes first.",
            always=True,
            writable=False,
            creatable=False,
            sortable=True,
        ),
        Field(
            "is_default",
            Kind.BOOLEAN,
            "Where new records go when none is named; it cannot be deleted.",
            always=True,
            writable=False,
            creatable=False,
        ),
        Field(
            "stages", Kind.INVERSE, "The stages in their order.", target="stage", via="pipeline_id"
        ),
    ),
)

STAGE: Final = Entity(
    name="stage",
    plural="stages",
    doc="A step of a pipeline.",
    title_field="name",
    fields=(
        Field(
            "pipeline",
            Kind.REFERENCE,
            "The pipeline that the stage belongs to.",
            target="pipeline",
            required=True,
            always=True,
            writable=False,
        ),
        Field(
            "code",
            Kind.STRING,
            "Code that stays the same when the stage is renamed; unique in its pipeline. "
            "One is made when none is given; it never changes.",
            max_length=50,
            always=True,
            writable=False,
        ),
        Field(
            "name",
            Kind.STRING,
            "Name that people see.",
            max_length=100,
            required=True,
            always=True,
            sortable=True,
        ),
        Field("color", Kind.COLOR, "Colour as #RRGGBB.", filterable=False),
        Field(
            "sort",
            Kind.INTEGER,
            "Position in the pipeline; OPEN stages, then WON, then LOST.",
            always=True,
            writable=False,
            creatable=False,
            sortable=True,
        ),
        Field(
            "semantics",
            Kind.ENUM,
            "What the stage means: still open, won or lost.",
            enum=StageSemantics,
            always=True,
            writable=False,
        ),
        Field(
            "is_system",
            Kind.BOOLEAN,
            "The first, won or lost stage of the pipeline's making; not deletable.",
            always=True,
            writable=False,
            creatable=False,
        ),
    ),
)
