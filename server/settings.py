"""What can be set from outside: the environment is read here and nowhere else.

Every setting is a variable `VORONKA_<NAME>`; an empty one counts as unset. Secrets may come from a
file instead (`VORONKA_SECRET_FILE`, `VORONKA_DATABASE_URL_FILE`), the way container platforms hand
them over. The limits follow one rule: what a request may cost is bounded before it runs.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from auth.oidc import OidcIssuer, is_loopback
from db.file_store import SCHEMES
from db.mailer import SCHEMES as SMTP_SCHEMES
from db.mailer import Mailer
from domain.files import UploadLimits
from schema.limits import Limits
from server.data_directory import DataDirectory

ROOT: Final = Path(__file__).resolve().parent.parent
_PREFIX: Final = "VORONKA_"
_FROM_FILE: Final = ("secret", "database_url", "listen_url", "smtp_url")
CURRENCY_OF_LOCALE: Final = {"ru": "RUB", "en": "USD"}
_SHORTEST_SECRET: Final = 32
# Ten fewer than its max_connections (server/cluster.py), for commands beside the server.
_EMBEDDED_CONNECTIONS: Final = 70


class SettingsError(Exception):
    """Say which variables are wrong and why, without repeating their values."""


class Settings(BaseSettings):
    """Hold the settings of one server; the defaults serve one machine with nothing prepared."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    data_dir: Path = ROOT / ".data"

    # Work on background jobs in each of those processes; else ./voronka worker does.
    embedded_worker: bool = True
    # Jobs that a worker runs at a time.
    worker_jobs: int = Field(default=2, ge=2, le=32)

    # Unset: the embedded PostgreSQL in data_dir.
    database_url: SecretStr | None = None
    database_url_file: FilePath | None = None
    # A direct connection, for LISTEN, where database_url goes through PgBouncer.
    listen_url: SecretStr | None = None
    listen_url_file: FilePath | None = None
    # "strict": policies guard reads as well as writes; "writes": reads use a role that skips them.
    rls: Literal["strict", "writes"] = "writes"

    # A folder (file:///folder) or a bucket (s3://bucket/prefix, gs://…, az://…); unset: files in
    # data_dir. Keys of a bucket come from the variables of its own tools, as AWS_ACCESS_KEY_ID.
    files_url: str | None = None

    # Where people reach the server, such as https://crm.example.com: links in e-mails lead there.
    # Unset: this machine, at `port`.
    public_url: str | None = None
    # smtps://user:password@host:465 or smtp://user:password@host:587; unset: administrators are
    # shown the links that would be sent.
    smtp_url: SecretStr | None = None
    smtp_url_file: FilePath | None = None
    mail_from: str = "voronka@localhost"

    # An OpenID Connect issuer whose tokens are accepted, such as https://id.example.com, and the
    # audience that they must name; both or none.
    oidc_issuer: str | None = None
    oidc_audience: str | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # The texts of exceptions repeat values of rows: for a developer's own machine only.
    log_exception_text: bool = False

    # Of the first workspace and its administrator.
    admin_email: str = "admin@example.com"
    locale: Literal["ru", "en"] = "ru"
    currency: str = Field(
        default_factory=lambda data: CURRENCY_OF_LOCALE.get(data.get("locale", ""), "RUB"),
        pattern=r"^[A-Z]{3}$",
    )

    # What signs cursors and sessions; made in data_dir when unset, see secret_key.
    secret: SecretStr | None = None
    secret_file: FilePath | None = None
    # Send the cookie of GraphiQL over https only; set it wherever TLS ends in front of the server.
    secure_cookies: bool = False
    # Origins whose pages may call the API from a browser, such as https://app.example.com; or *.
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()

    max_body_bytes: int = Field(default=1_000_000, ge=1024)
    # One file, and all files of a workspace; a file's size is a 32-bit number in the API.
    max_upload_bytes: int = Field(default=25_000_000, ge=1, lt=2**31)
    max_file_bytes_per_workspace: int = Field(default=5_000_000_000, ge=1)
    max_source_bytes: int = Field(default=100_000, ge=1024)
    max_tokens: int = Field(default=2_000, ge=10)
    max_depth: int = Field(default=12, ge=1)
    max_aliases: int = Field(default=30, ge=1)
    max_root_fields: int = Field(default=30, ge=1)
    max_mutations: int = Field(default=10, ge=1)
    max_directives: int = Field(default=50, ge=1)
    # Fields of the operation with every fragment spread out.
    max_fields: int = Field(default=1_000, ge=1)
    max_operations: int = Field(default=10, ge=1)
    max_fragments: int = Field(default=100, ge=1)
    max_variables: int = Field(default=100, ge=1)
    # Records in one bulk mutation.
    max_batch: int = Field(default=500, ge=1)
    max_filter_depth: int = Field(default=12, ge=1)
    max_filter_nodes: int = Field(default=200, ge=1)
    # Values in one list of a filter.
    max_filter_list: int = Field(default=200, ge=1)

    # Seconds. The database gives up before the operation's deadline, so that the answer can say so.
    statement_timeout: float = Field(default=8.0, gt=0)
    lock_timeout: float = Field(default=2.0, gt=0)
    idle_in_transaction_timeout: float = Field(default=15.0, gt=0)
    operation_deadline: float = Field(default=10.0, gt=0)
    body_timeout: float = Field(default=10.0, gt=0)
    upload_timeout: float = Field(default=60.0, gt=0)
    # Schemas of workspaces with custom fields that a process keeps ready, about 1 MiB each.
    kept_schemas: int = Field(default=500, ge=1)
    # Shared by queries and changes, which need one each.
    pool_size: int = Field(default=10, ge=2)
    # Seconds that an operation waits for a connection.
    pool_timeout: float = Field(default=3.0, gt=0)

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the environment; raise `SettingsError` that names each wrong variable."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"{_variable(item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
                for item in error.errors()
                # The default of one variable waits for another that is wrong.
                if item["type"] != "default_factory_not_called"
            ]
            raise SettingsError("\n".join(lines)) from None

    @cached_property
    def secret_key(self) -> bytes:
        """Return the installation's secret, made in the data directory when first asked for."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        return DataDirectory(self.data_dir).secret().encode()

    @property
    def worker_connections(self) -> int:
        """How many connections the worker inside a process needs: one a job, one for the queue."""
        return self.worker_jobs + 1 if self.embedded_worker else 0

    @property
    def files_location(self) -> str:
        """Return the URL of the place where the contents of files are kept."""
        return self.files_url or (self.data_dir / "files").as_uri()

    @property
    def issuer(self) -> OidcIssuer | None:
        """Return the issuer whose tokens are accepted."""
        if self.oidc_issuer is None or self.oidc_audience is None:
            return None
        return OidcIssuer(self.oidc_issuer, self.oidc_audience)

    @property
    def mailer(self) -> Mailer:
        """Return what sends e-mail."""
        url = None if self.smtp_url is None else self.smtp_url.get_secret_value()
        here = f"http://127.0.0.1:{self.port}"
        return Mailer(url, self.mail_from, self.public_url or here)

    @property
    def upload_limits(self) -> UploadLimits:
        """Return how much may be uploaded."""
        return UploadLimits(self.max_upload_bytes, self.max_file_bytes_per_workspace)

    @cached_property
    def limits(self) -> Limits:
        """Return what one request may ask, as the limiter wants it."""
        return Limits(
            body_bytes=self.max_body_bytes,
            # The file, and around it as much as any other request may have.
            upload_bytes=self.max_upload_bytes + self.max_body_bytes,
            source_bytes=self.max_source_bytes,
            tokens=self.max_tokens,
            depth=self.max_depth,
            aliases=self.max_aliases,
            root_fields=self.max_root_fields,
            directives=self.max_directives,
            fields=self.max_fields,
            operations=self.max_operations,
            fragments=self.max_fragments,
            variables=self.max_variables,
            mutations=self.max_mutations,
            filter_depth=self.max_filter_depth,
            filter_nodes=self.max_filter_nodes,
            filter_list=self.max_filter_list,
            list_items=self.max_batch,
            body_seconds=self.body_timeout,
            upload_seconds=self.upload_timeout,
            deadline_seconds=self.operation_deadline,
        )

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        read = dict(values)
        for name in _FROM_FILE:
            file = read.get(f"{name}_file")
            if file and read.get(name):
                variable = _variable((name,))
                raise ValueError(f"{variable} and {variable}_FILE are both set: leave one of them")
            if file and Path(file).is_file():
                read[name] = Path(file).read_text(encoding="utf-8").strip()
        return read

    @model_validator(mode="after")
    def _fit_the_embedded_database(self) -> "Settings":
        wanted = self.workers * (self.pool_size + self.worker_connections)
        if self.database_url is None and wanted > _EMBEDDED_CONNECTIONS:
            raise ValueError(
                f"VORONKA_WORKERS times the connections of each (VORONKA_POOL_SIZE and, with a "
                f"worker inside, VORONKA_WORKER_JOBS + 1) is {wanted}, and the embedded database "
                f"serves {_EMBEDDED_CONNECTIONS} connections"
            )
        return self

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url", "listen_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme.partition("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("must look like postgresql://user:password@host:5432/database")
        return SecretStr(f"postgresql://{rest}")

    @model_validator(mode="after")
    def _name_an_audience(self) -> "Settings":
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("VORONKA_OIDC_ISSUER and VORONKA_OIDC_AUDIENCE are set together")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and is_loopback(parts.hostname)
        )
        if not is_safe or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("must look like https://id.example.com")
        return value

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        plain = not (parts.query or parts.fragment or parts.username)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
            raise ValueError("must look like https://crm.example.com")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
                raise ValueError("must look like smtps://user:password@host:465")
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        name, _, domain = value.rpartition("@")
        if not name or not domain or any(not letter.isprintable() for letter in value):
            raise ValueError("must look like crm@example.com")
        return value

    @field_validator("files_url")
    @classmethod
    def _kept_somewhere(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        is_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
        is_bucket = parts.scheme in SCHEMES - {"file"} and parts.netloc != ""
        if not (is_folder or is_bucket):
            raise ValueError("must look like s3://bucket/prefix or file:///folder")
        return value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(",") if item.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            exact = f"{parts.scheme}://{parts.netloc}" == origin and parts.netloc != ""
            if origin != "*" and not (exact and parts.scheme in {"http", "https"}):
                raise ValueError(
                    "must be origins such as https://app.example.com, separated by commas, or *"
                )
        return value


def _variable(location: tuple[int | str, ...]) -> str:
    return _PREFIX + str(location[0]).upper() if location else "settings"
