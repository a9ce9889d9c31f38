"""What an operation reads of records: the columns and references behind the fields it selects."""

from typing import Any, Final

from graphql import (
    GraphQLSchema,
    Node,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_object_type,
    visit,
)

from domain.entities import RECORDS
from domain.fields import Field
from loaders.rows import Selection
from schema.execution.places import CUSTOM
from schema.execution.reading import Batched, Plain, reading_of, stored_by

_BY_TYPE: Final = {entity.type_name: entity.name for entity in RECORDS}
_NAMES: Final = frozenset(_BY_TYPE.values())
_BY_CUSTOM_TYPE: Final = {f"{entity.type_name}CustomFields": entity.name for entity in RECORDS}
_PAGE_INFO: Final = "PageInfo"
MOST_CHOSEN: Final = 40
"""Of more custom fields than these, all values are read: that is no slower then."""


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
    custom_keys = {
        entity: tuple(sorted(collector.custom_keys[entity]))
        for entity, names in columns.items()
        if CUSTOM in names
        and entity not in collector.whole_custom
        and len(collector.custom_keys[entity]) <= MOST_CHOSEN
    }
    return Selection(columns, followed, custom_keys, collector.peeks)


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self.columns: dict[str, set[str]] = {entity: set() for entity in _BY_TYPE.values()}
        self.followed: dict[str, set[Field]] = {}
        self.whole: set[str] = set()
        self.custom_keys: dict[str, set[str]] = {entity: set() for entity in _BY_TYPE.values()}
        self.whole_custom: set[str] = set()
        """Types of which something reads custom values in some other way than one by one."""
        self.peeks = False

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
            definition = kind.fields.get(name)
            reading = None if definition is None else reading_of(definition)
            if definition is not None and get_named_type(definition.type).name == _PAGE_INFO:
                self.peeks = True
            if kind.name in _BY_TYPE:
                self._note(_BY_TYPE[kind.name], reading)
            elif kind.name in _BY_CUSTOM_TYPE:
                self._note_custom(_BY_CUSTOM_TYPE[kind.name], reading)

    def _note(self, entity: str, reading: Plain | Batched | None) -> None:
        if reading is None:
            self.whole.add(entity)
            return
        self.columns[entity].update(reading.columns)
        # Of fields that stand together under a name, each says itself what it reads.
        if CUSTOM in reading.columns and not getattr(reading, "is_object", False):
            self.whole_custom.add(entity)
        follows = getattr(reading, "follows", None)
        if follows is not None and follows.target in _NAMES:
            self.followed.setdefault(entity, set()).add(follows)

    def _note_custom(self, entity: str, reading: Plain | Batched | None) -> None:
        stored = stored_by(reading)
        if stored is None or stored.column != CUSTOM:
            self.whole_custom.add(entity)
        else:
            self.custom_keys[entity].add(stored.key)
