"""The settings that records point to: dictionaries, pipelines, stages."""

from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind, fixed, name_field


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


def _owner(name: str, doc: str) -> Field:
    return Field(name, Kind.REFERENCE, doc, target=name, required=True, always=True, writable=False)


def _code(within: str) -> Field:
    return Field(
        "code",
        Kind.STRING,
        f"Code that stays the same when it is renamed; unique in its {within}. "
        "One is made when none is given; it never changes.",
        max_length=50,
        always=True,
        writable=False,
    )


def _sort(doc: str) -> Field:
    return fixed("sort", Kind.INTEGER, doc, sortable=True)


_COLOR: Final = Field("color", Kind.COLOR, "Colour as #RRGGBB.", filterable=False)
_IS_SYSTEM: Final = fixed(
    "is_system", Kind.BOOLEAN, "Made with the workspace or the pipeline; not deletable."
)

DICTIONARY_ITEM: Final = Entity(
    name="dictionary_item",
    plural="dictionary_items",
    doc="One value of a dictionary, such as the source *Web site* or the industry *Banking*.",
    title_field="name",
    fields=(
        _owner("dictionary", "The dictionary that the value belongs to."),
        _code("dictionary"),
        name_field(100),
        _COLOR,
        _sort("Position in the dictionary; small comes first."),
        _IS_SYSTEM,
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
        name_field(100),
        _IS_SYSTEM,
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
    doc="An ordered set of stages that records pass: a sales pipeline or lead statuses.",
    title_field="name",
    fields=(
        name_field(255),
        fixed(
            "entity", Kind.ENUM, "The type of records that move through it.", enum=PipelineEntity
        ),
        _sort("Position among the pipelines of its type; small comes first."),
        fixed(
            "is_default",
            Kind.BOOLEAN,
            "Where new records go when none is named; it cannot be deleted.",
        ),
        Field(
            "stages",
            Kind.INVERSE,
            "The stages in their order.",
            target="stage",
            via="pipeline_id",
        ),
    ),
)

STAGE: Final = Entity(
    name="stage",
    plural="stages",
    doc="A step of a pipeline.",
    title_field="name",
    fields=(
        _owner("pipeline", "The pipeline that the stage belongs to."),
        _code("pipeline"),
        name_field(100),
        _COLOR,
        _sort("Position in the pipeline; OPEN stages, then WON, then LOST."),
        Field(
            "semantics",
            Kind.ENUM,
            "What the stage means: still open, won or lost.",
            enum=StageSemantics,
            always=True,
            writable=False,
        ),
        _IS_SYSTEM,
        Field(
            "deals",
            Kind.INVERSE,
            "The deals on the stage, in the order of the board.",
            target="deal",
            via="stage_id",
            order="board_position",
            filterable=False,
        ),
        Field(
            "tunnels",
            Kind.INVERSE,
            "The tunnels that deals go through when they come to the stage.",
            target="tunnel",
            via="stage_id",
            filterable=False,
        ),
    ),
)
