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
_CHUNK_BYTES: Final = 256 * 1024
_LISTED: Final = 1_000
_PRIVATE_FOLDER: Final = 0o700
# A request gives up before the operation that waits for it; a slow reader may take its time.
_CONNECT: Final = timedelta(seconds=3)
_WHOLE: Final = timedelta(minutes=30)
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
        with _told():
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
        with _told():
            found = await obstore.get_async(self._store(), key, options={"range": (start, stop)})
        return _pieces(found.stream(min_chunk_size=_CHUNK_BYTES))

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
            try:
                self._opened = _remote(self._url) if folder is None else _local(folder)
            except FileNotFoundError as error:  # of the store, not of something in it
                raise FileStoreError(type(error).__name__) from error
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
    return from_url(
        url,
        client_options={"connect_timeout": _CONNECT, "timeout": _WHOLE},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRYING},
    )


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    with _told():
        async for piece in stream:
            yield piece


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say by one exception that the store is in trouble; a missing content is not."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise FileStoreError(type(error).__name__) from error
