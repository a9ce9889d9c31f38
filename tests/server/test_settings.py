"""What the environment may say, and what is said about a wrong word in it."""

import os
import stat
from pathlib import Path

import pytest

from schema.limits import Limits
from server.settings import ROOT, Settings, SettingsError

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VORONKA_")]:
        monkeypatch.delenv(name)


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_env()

    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.data_dir == ROOT / ".data"
    assert settings.database_url is None
    assert (settings.locale, settings.currency) == ("ru", "RUB")
    assert settings.rls == "writes"
    assert settings.cors_origins == ()


def test_the_limits_are_those_of_the_limiter() -> None:
    assert Settings.from_env().limits == Limits()


def test_a_limit_is_set_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_MAX_DEPTH", "7")
    monkeypatch.setenv("VORONKA_MAX_BATCH", "50")

    limits = Settings.from_env().limits

    assert (limits.depth, limits.list_items) == (7, 50)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_DATABASE_URL", "")
    monkeypatch.setenv("VORONKA_PORT", "")

    settings = Settings.from_env()

    assert (settings.database_url, settings.port) == (None, 8000)


def test_the_currency_follows_the_language_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_LOCALE", "en")
    assert Settings.from_env().currency == "USD"

    monkeypatch.setenv("VORONKA_CURRENCY", "EUR")
    assert Settings.from_env().currency == "EUR"


def test_links_lead_to_this_machine_unless_it_is_said_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VORONKA_PORT", "8123")
    assert Settings.from_env().mailer.link("page", "s") == "http://127.0.0.1:8123/page#token=s"
    monkeypatch.setenv("VORONKA_PUBLIC_URL", "https://crm.example.com/")
    assert Settings.from_env().mailer.link("page", "s") == "https://crm.example.com/page#token=s"


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_CORS_ORIGINS", "https://a.example, http://localhost:5173,")

    assert Settings.from_env().cors_origins == ("https://a.example", "http://localhost:5173")


def test_every_wrong_variable_is_named_and_no_value_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VORONKA_PORT", "70000")
    monkeypatch.setenv("VORONKA_LOCALE", "xx")
    monkeypatch.setenv("VORONKA_SECRET", "tiny-secret")
    monkeypatch.setenv("VORONKA_DATABASE_URL", "mysql://root:hidden@somewhere/crm")
    monkeypatch.setenv("VORONKA_CORS_ORIGINS", "https://a.example/path")

    with pytest.raises(SettingsError) as error:
        Settings.from_env()

    assert str(error.value).splitlines() == [
        "VORONKA_PORT: Input should be less than or equal to 65535",
        "VORONKA_DATABASE_URL: must look like postgresql://user:password@host:5432/database",
        "VORONKA_LOCALE: Input should be 'ru' or 'en'",
        "VORONKA_SECRET: must have at least 32 characters",
        "VORONKA_CORS_ORIGINS: must be origins such as https://app.example.com, "
        "separated by commas, or *",
    ]


def test_the_embedded_database_has_connections_for_all_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VORONKA_WORKERS", "6")

    with pytest.raises(SettingsError) as error:
        Settings.from_env()
    monkeypatch.setenv("VORONKA_DATABASE_URL", "postgresql://crm:pw@db/crm")

    assert str(error.value) == (
        "settings: VORONKA_WORKERS times the connections of each (VORONKA_POOL_SIZE and, with a "
        "worker inside, VORONKA_WORKER_JOBS + 1) is 78, "
        "and the embedded database serves 70 connections"
    )
    assert Settings.from_env().workers == 6


def test_without_workers_inside_there_is_room_for_more_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VORONKA_WORKERS", "7")
    monkeypatch.setenv("VORONKA_EMBEDDED_WORKER", "off")

    assert Settings.from_env().worker_connections == 0


def test_secrets_may_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    (tmp_path / "url").write_text("postgresql+asyncpg://crm:pw@db/crm\n", encoding="utf-8")
    monkeypatch.setenv("VORONKA_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("VORONKA_DATABASE_URL_FILE", str(tmp_path / "url"))

    settings = Settings.from_env()

    assert settings.secret_key == SECRET.encode()
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://crm:pw@db/crm"


def test_a_secret_has_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    monkeypatch.setenv("VORONKA_SECRET", SECRET)
    monkeypatch.setenv("VORONKA_SECRET_FILE", str(tmp_path / "secret"))

    with pytest.raises(SettingsError, match="VORONKA_SECRET and VORONKA_SECRET_FILE are both set"):
        Settings.from_env()


def test_a_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_SECRET_FILE", "/nowhere/secret")

    with pytest.raises(SettingsError, match=r"VORONKA_SECRET_FILE: Path does not point to a file"):
        Settings.from_env()


def test_without_a_secret_one_is_made_and_kept(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path / "data").secret_key
    second = Settings(data_dir=tmp_path / "data").secret_key

    assert first == second
    assert len(first) >= 43
    kept = tmp_path / "data" / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]


def test_secrets_are_not_shown_by_accident() -> None:
    settings = Settings(secret=SECRET, database_url="postgresql://crm:hidden@db/crm")  # type: ignore[arg-type]  # as the environment gives them

    assert SECRET not in repr(settings)
    assert "hidden" not in str(settings)
