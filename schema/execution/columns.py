"""Which columns of records an operation reads: those behind the fields that it selects anywhere."""

from collections.abc import Mapping
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
from schema.execution.reading import reading_of

_BY_TYPE: Final = {entity.type_name: entity.name for entity in RECORDS}
Selection = Mapping[str, tuple[str, ...]]


def select_columns(schema: GraphQLSchema, *definitions: Node) -> Selection:
    """Give the columns that each record type's rows need to hold for some definitions.

    A type that is missing needs all of them: a field is selected of it that is read in some other
    way than by columns.
    """
    info = TypeInfo(schema)
    collector = _Collector(schema, info)
    for definition in definitions:
        visit(definition, TypeInfoVisitor(info, collector))
    return {
        entity: ("id", *sorted(names - {"id"}))
        for entity, names in collector.columns.items()
        if entity not in collector.whole
    }


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self.columns: dict[str, set[str]] = {entity: set() for entity in _BY_TYPE.values()}
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
