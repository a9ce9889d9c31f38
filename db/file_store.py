"""Where the contents of files are kept: a folder, or a bucket of an object store.

The database knows which files there are; this knows their bytes, under keys of our own making
(`<workspace>/<file>`, both ids), never under a name that somebody gave.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

SCHEMES: Final = frozenset({"file", "s3", "s3a", "gs", "az", "azure", "abfs", "abfss"})
_PART_BYTES: Final = 5 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
_PIECE_BYTES: Final = 1024 * 1024
_LISTED: Final = 1_000
_PRIVATE_FOLDER: Final = 0o700
# A request gives up before the operation that waits for it.
_RETRIES: Final = 1
_RETRYING: Final = timedelta(seconds=5)


class FileStoreError(ConnectionError):
    """The store cannot be reached, is full, or refuses to serve us."""


def file_key(workspace_id: UUID, file_id: UUID) -> str:
    """Name the content of a file in the store."""
    return f"{workspace_id}/{file_id}"


class FileStore:
    """Contents of files by their keys; what goes wrong is a FileStoreError."""

    def __init__(self, url: str = "", *, opened: ObjectStore | None = None) -> None:
        """Keep contents at a URL (`file:`, `s3:`, …), reached when first needed, or in `opened`."""
        self._url = url
        self._opened = opened

    @property
    def folder(self) -> Path | None:
        """The folder that the contents are in; None where they are not on this machine."""
        parts = urlsplit(self._url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Store what can be read from `content`, from its start; nothing is seen of a part."""
        with _told(nothing_is_missing=True):
            content.seek(0)
            await obstore.put_async(
                self._store(),
                key,
                content,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    async def open(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Give the bytes from `start` to before `stop` in pieces; raises FileNotFoundError."""
        return self._pieces(await self._read(key, start, stop), key, start, stop)

    async def _pieces(self, piece: bytes, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        # Each piece is a request of its own: one for all would run into the store's time limit
        # where whoever reads is slow.
        while True:
            yield piece
            start += len(piece)
            if start >= stop:
                return
            piece = await self._read(key, start, stop)

    async def _read(self, key: str, start: int, stop: int) -> bytes:
        with _told():
            end = min(start + _PIECE_BYTES, stop)
            found = await obstore.get_range_async(self._store(), key, start=start, end=end)
            piece = bytes(found)
            if len(piece) < end - start:
                raise EOFError(key)
            return piece

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete contents; those that are not there are no mistake."""
        if not keys:
            return
        with _told():
            try:
                await obstore.delete_async(self._store(), list(keys))
                return
            except FileNotFoundError:
                # Stores without deletion in bulk stop at the first that is missing.
                pass
            for key in keys:
                with contextlib.suppress(FileNotFoundError):
                    await obstore.delete_async(self._store(), key)

    async def older_than(self, workspace_id: UUID, moment: datetime) -> AsyncIterator[list[UUID]]:
        """Give the ids of a workspace's files whose contents are older, in portions."""
        with _told():
            prefix = f"{workspace_id}/"
            async for portion in obstore.list(self._store(), prefix, chunk_size=_LISTED):
                old = [meta["path"] for meta in portion if meta["last_modified"] < moment]
                yield [key for path in old if (key := _file_of(path)) is not None]

    def _store(self) -> ObjectStore:
        if self._opened is None:
            folder = self.folder
            with _told(nothing_is_missing=True):
                self._opened = _remote(self._url) if folder is None else _local(folder)
        return self._opened


def _file_of(path: str) -> UUID | None:
    """Give the id in a key; None for what is not one of ours."""
    try:
        return UUID(path.rpartition("/")[2])
    except ValueError:
        return None


def _local(folder: Path) -> ObjectStore:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    return LocalStore(folder)


def _remote(url: str) -> ObjectStore:
    return from_url(url, retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRYING})


@contextlib.contextmanager
def _told(*, nothing_is_missing: bool = False) -> Iterator[None]:
    """Say by one exception that the store is in trouble; a content that is not there is not.

    `nothing_is_missing`: it is, where no content was asked for: a folder or a bucket is gone.
    """
    try:
        yield
    except (BaseError, OSError, EOFError) as error:
        if isinstance(error, FileStoreError):
            raise
        if isinstance(error, FileNotFoundError) and not nothing_is_missing:
            raise
        raise FileStoreError(type(error).__name__) from error
