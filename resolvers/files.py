"""Files: uploaded by people, and swept once nothing holds them.

The content is written before the row and deleted after it, so a row always has its content. A
content without a row is what a crash in between leaves; the sweep finds it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from auth.policy import require
from db.base import new_id
from db.file_store import file_key
from domain.errors import Code, RefusedError, UserError, refuse
from domain.file_names import clean_name
from domain.files import FILE, LIFE_WITHOUT_RECORD, MAX_NAME, IncomingFile
from domain.roles import Action
from loaders.files import known_files, lock_unheld, stored_bytes
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import changes
from resolvers.content_types import examine
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values

_PORTION: Final = 500
_PORTIONS: Final = 20


async def upload(op: Operation, raw: Mapping[str, Any]) -> Row:
    """Keep a file that came with the request; raises RefusedError, and FileStoreError.

    What was stored goes again if the operation is not committed.
    """
    require(op.actor, Action.CREATE, FILE.name)
    incoming: IncomingFile = raw["file"]
    given = raw.get("name")
    name = clean_name(incoming.name if given is None else given)
    if errors := _mistakes(op, incoming, name):
        raise RefusedError(errors)
    await _require_room(op, incoming.size)
    found = await asyncio.to_thread(examine, incoming.content, name)
    file_id, store = new_id(), op.file_store
    key = file_key(op.actor.workspace_id, file_id)
    op.after_rollback.append(partial(store.delete, [key]))
    await store.put(key, incoming.content)
    # Others may have filled the workspace meanwhile; from here on they wait for this one.
    await lock_name(op.session, "files")
    await _require_room(op, incoming.size)
    columns = {
        "name": name,
        "size": incoming.size,
        "content_type": found.content_type,
        "sha256": found.digest,
        "created_by_id": op.actor.user_id,
    }
    return (await changes.create(op, [Draft(FILE, file_id, Values(()), None, columns=columns)]))[0]


def _mistakes(op: Operation, incoming: IncomingFile, name: str) -> list[UserError]:
    errors = []
    limit = op.upload_limits.file_bytes
    if incoming.size == 0:
        errors.append(UserError(Code.INVALID, "file_empty", ("file",)))
    if incoming.size > limit:
        errors.append(UserError(Code.LIMIT, "file_too_large", ("file",), {"limit": limit}))
    if not name:
        errors.append(UserError(Code.REQUIRED, "file_name_needed", ("name",)))
    if len(name) > MAX_NAME:
        errors.append(UserError(Code.LIMIT, "too_long", ("name",), {"limit": MAX_NAME}))
    return errors


async def _require_room(op: Operation, size: int) -> None:
    limit = op.upload_limits.workspace_bytes
    if await stored_bytes(op.session) + size > limit:
        raise refuse(Code.LIMIT, "files_full", "file", limit=limit)


async def sweep(op: Operation, _arguments: Mapping[str, Any]) -> int:
    """Delete the workspace's files that no record has held for a day; give how many.

    Contents that have no row, and are as old, go as well. What is deleted in the store waits for
    the commit. One call takes ten thousand files at most; the next one goes on.
    """
    before = op.now - LIFE_WITHOUT_RECORD
    count = 0
    for _ in range(_PORTIONS):
        rows = await lock_unheld(op.session, before, _PORTION)
        if not rows:
            break
        await changes.remove(op, [Draft(FILE, row.id, Values(()), row) for row in rows])
        _delete_later(op, [row.id for row in rows])
        count += len(rows)
    async for ids in op.file_store.older_than(op.actor.workspace_id, before):
        known = await known_files(op.session, ids)
        _delete_later(op, [key for key in ids if key not in known])
    return count


def _delete_later(op: Operation, ids: Sequence[Any]) -> None:
    keys = [file_key(op.actor.workspace_id, key) for key in ids]
    if keys:
        op.after_commit.append(partial(op.file_store.delete, keys))
