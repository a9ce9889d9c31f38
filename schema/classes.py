"""The classes of object types before they have fields, so that types can name each other."""

from typing import Any, Final

from domain.entities import ENTITIES
from schema.values import Node, type_name


class Record(Node):
    """What all records have in common; filled in by `schema/objects.py`."""

    resolve_type = staticmethod(type_name)
    custom_field_values: Any
    access: Any
    activities: Any
    timeline: Any
    pinned_comments: Any


OBJECTS: Final[dict[str, Any]] = {
    name: type(entity.type_name, (Record if entity.is_record else Node,), {})
    for name, entity in ENTITIES.items()
}
"""The object types by entity; filled in by `schema/objects.py`."""
