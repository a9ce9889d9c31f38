"""The records that entries of timelines link to, as far as the reader may know of them.

A link is told to whoever may read the other record and, of it, the field that tells of the link as
well. Nobody else learns that it is there.
"""

from collections.abc import Sequence
from uuid import UUID

from auth.rights import Cell, Mask
from loaders.loaders import Loaders
from loaders.rights import shows
from loaders.timeline import Entry, Link


async def told_links(loaders: Loaders, entries: Sequence[Entry]) -> list[list[Link]]:
    """Give the links of entries that the reader may know of, in their order."""
    masked: dict[str, dict[UUID, None]] = {}
    for entry in entries:
        for link in entry.links:
            if isinstance(_cell(loaders, link), Mask):
                masked.setdefault(link.entity, {})[link.record] = None
    flagged = {}
    for entity, ids in masked.items():
        rows = await loaders.flagged(entity).load_batch(list(ids))
        flagged.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})

    def is_told(link: Link) -> bool:
        cell = _cell(loaders, link)
        if not isinstance(cell, Mask):
            return cell is Cell.FREE
        row = flagged[link.entity, link.record]
        return row is not None and shows(loaders.actor, row, cell)

    return [[link for link in entry.links if is_told(link)] for entry in entries]


def _cell(loaders: Loaders, link: Link) -> Cell | Mask:
    name = link.kind.told_by
    return loaders.actor.rights.cell(link.entity, name) if name else Cell.FREE
