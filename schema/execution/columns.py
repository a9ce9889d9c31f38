"""What an operation reads of records: the columns and references behind the fields it selects."""

from typing import Any, Final

from graphql import (
    GraphQLSchema,
    Node,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    is_object_type,
    visit,
)

from domain.entities import RECORDS
from domain.fields import Field
from loaders.rows import Selection
from schema.execution.reading import reading_of

_BY_TYPE: Final = {entity.type_name: entity.name for entity in RECORDS}
_NAMES: Final = frozenset(_BY_TYPE.values())


def select_columns(schema: GraphQLSchema, *definitions: Node) -> Selection:
    """Give what some definitions read of records.

    A type is read whole where a field is selected of it that is read in some other way than by
    columns.
    """
    info = TypeInfo(schema)
    collector = _Collector(schema, info)
    for definition in definitions:
        visit(definition, TypeInfoVisitor(info, collector))
    columns = {
        entity: ("id", *sorted(names - {"id"}))
        for entity, names in collector.columns.items()
        if entity not in collector.whole
    }
    followed = {
        entity: tuple(sorted(fields, key=lambda field: field.name))
        for entity, fields in collector.followed.items()
    }
    return Selection(columns, followed)


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self.columns: dict[str, set[str]] = {entity: set() for entity in _BY_TYPE.values()}
        self.followed: dict[str, set[Field]] = {}
        self.whole: set[str] = set()

    def enter_field(self, node: Any, *_: Any) -> None:
        """Note the columns of a field, for each record type that it may be a field of."""
        parent = self._info.get_parent_type()
        name = node.name.value
        if parent is None or name == "__typename":
            return
        kinds = [parent] if is_object_type(parent) else []
        if is_abstract_type(parent):
            kinds = list(self._schema.get_possible_types(parent))
        for kind in kinds:
            entity = _BY_TYPE.get(kind.name)
            if entity is None:
                continue
            definition = kind.fields.get(name)
            reading = None if definition is None else reading_of(definition)
            if reading is None:
                self.whole.add(entity)
            else:
                self.columns[entity].update(reading.columns)
            follows = getattr(reading, "follows", None)
            if follows is not None and follows.target in _NAMES:
                self.followed.setdefault(entity, set()).add(follows)
