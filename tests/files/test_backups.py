"""Backups hold the contents of files as well, where they are in a folder."""

import tarfile
from pathlib import Path

import pytest

from server.administration import CommandError
from server.backups import write_contents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = tmp_path / "kept" / "files"
    (kept / "workspace").mkdir(parents=True)
    (kept / "workspace" / "one").write_bytes(b"1")
    (kept / "workspace" / "two").write_bytes(b"22")
    (kept / "workspace" / "three#1").write_bytes(b"half of it")
    return kept


def test_contents_come_back_as_they_were(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "crm.dump.files.tar"

    assert write_contents(folder, file)

    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        tar.extractall(tmp_path / "data", filter="data")
    restored = tmp_path / "data" / "files" / "workspace"
    assert {path.name: path.read_bytes() for path in restored.iterdir()} == {
        "one": b"1", "two": b"22",
    }  # fmt: skip


def test_nothing_is_overwritten(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "crm.dump.files.tar"
    file.write_text("another backup")

    with pytest.raises(CommandError, match="exists already"):
        write_contents(folder, file)

    assert file.read_text() == "another backup"


def test_without_files_there_is_no_second_backup(tmp_path: Path) -> None:
    assert not write_contents(tmp_path / "files", tmp_path / "crm.dump.files.tar")
    assert list(tmp_path.iterdir()) == []
