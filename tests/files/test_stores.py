"""The store of contents: the same over a folder and over an object store."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import MemoryStore

from db.base import new_id
from db.file_store import FileStore, FileStoreError, file_key
from server.settings import Settings, SettingsError

LARGE = bytes(range(256)) * 50_000


@pytest.fixture(params=["a folder", "a bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "a bucket":
        return FileStore(opened=MemoryStore())
    return FileStore((tmp_path / "with space" / "files").as_uri())


async def read(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def listed(store: FileStore, workspace: UUID, **ago: int) -> set[UUID]:
    before = datetime.now(UTC) - timedelta(**ago)
    return {key async for keys in store.older_than(workspace, before) for key in keys}


@pytest.mark.parametrize("content", [b"x", LARGE], ids=["small", "large"])
async def test_a_content_is_read_as_it_was_put(store: FileStore, content: bytes) -> None:
    key = file_key(new_id(), new_id())
    file = io.BytesIO(content)
    file.seek(1)  # wherever it stands

    await store.put(key, file)

    assert await read(await store.open(key, 0, len(content))) == content
    assert (
        await read(await store.open(key, len(content) // 2, len(content)))
        == (content[len(content) // 2 :])
    )


async def test_a_content_that_is_not_there_is_told_as_such(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        await store.open(file_key(new_id(), new_id()), 0, 1)


async def test_what_is_missing_does_not_keep_others_from_being_deleted(store: FileStore) -> None:
    workspace, first, last, kept = (new_id() for _ in range(4))
    for key in (first, last, kept):
        await store.put(file_key(workspace, key), io.BytesIO(b"x"))
    gone = [first, *(new_id() for _ in range(30)), last]

    await store.delete([file_key(workspace, key) for key in gone])
    await store.delete([])

    assert await listed(store, workspace, hours=-1) == {kept}


async def test_old_contents_of_one_workspace_are_listed(store: FileStore) -> None:
    ours, theirs, key = new_id(), new_id(), new_id()
    await store.put(file_key(ours, key), io.BytesIO(b"x"))
    await store.put(file_key(theirs, new_id()), io.BytesIO(b"x"))
    await store.put(f"{ours}/somebody's note", io.BytesIO(b"x"))

    assert await listed(store, ours, hours=-1) == {key}
    assert await listed(store, ours, hours=1) == set()
    assert await listed(store, new_id(), hours=-1) == set()


async def test_a_folder_is_closed_to_others(tmp_path: Path) -> None:
    store = FileStore((tmp_path / "files").as_uri())

    await store.put(file_key(new_id(), new_id()), io.BytesIO(b"x"))

    assert store.folder == tmp_path / "files"
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


async def test_a_store_that_does_not_answer_is_one_error() -> None:
    store = FileStore("file:///proc/nowhere")
    key = file_key(new_id(), new_id())

    with pytest.raises(FileStoreError):
        await store.put(key, io.BytesIO(b"x"))
    with pytest.raises(FileStoreError):
        await store.open(key, 0, 1)
    with pytest.raises(FileStoreError):
        await store.delete([key])
    with pytest.raises(FileStoreError):
        await listed(store, new_id(), hours=1)


def test_files_are_kept_beside_the_data_unless_a_place_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.files_location == (settings.data_dir / "files").as_uri()
    for place in ("s3://bucket/prefix", "s3://bucket", "gs://bucket/a/b", "file:///mnt"):
        monkeypatch.setenv("VORONKA_FILES_URL", place)
        assert Settings.from_env().files_location == place


@pytest.mark.parametrize("place", ["bucket", "/mnt", "s3:bucket", "file://host/a", "ftp://a/b"])
def test_a_place_that_makes_no_sense_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("VORONKA_FILES_URL", place)

    with pytest.raises(SettingsError, match="VORONKA_FILES_URL: must look like s3://"):
        Settings.from_env()


def test_a_file_is_no_larger_than_its_size_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_MAX_UPLOAD_BYTES", str(2**31))

    with pytest.raises(SettingsError, match="VORONKA_MAX_UPLOAD_BYTES"):
        Settings.from_env()
