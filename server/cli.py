"""The commands of `./voronka`: what an operator does without the API.

A command works on the database that `VORONKA_DATABASE_URL` names or on the embedded one, which it
starts for itself or shares with a running server. What goes wrong in a way that the operator can
mend is one line on standard error and exit code 1.
"""

import asyncio
import contextlib
import dataclasses
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer

from auth.actor import Scope
from db import migrate as migrations
from db.database import Database, RowSecurity
from db.file_store import FileStore
from domain.errors import BadInputError, ForbiddenError, RefusedError
from domain.ids import encode_id
from resolvers.workspaces import NewWorkspace, create_workspace, list_workspaces
from schema.build import build_schema
from schema.documents import DocumentCache
from schema.workspace_schemas import with_fields
from server import administration, backups, serving
from server.administration import CommandError
from server.console import fail, message_of, show_table
from server.data_directory import DataDirectory, DataDirectoryBusyError
from server.demo import generate
from server.installation import (
    DatabaseBehindError,
    DatabaseUnreachableError,
    bring_up_to_date,
    demo_workspace,
    first_workspace,
    open_database,
    reaching_database,
    reserve,
    running_database,
)
from server.job_commands import jobs, work
from server.processes import EmbeddedPostgresError
from server.serving import ListenError
from server.settings import Settings, SettingsError

_MENDABLE: Final = (
    BadInputError,
    CommandError,
    DataDirectoryBusyError,
    DatabaseBehindError,
    DatabaseUnreachableError,
    EmbeddedPostgresError,
    ForbiddenError,
    ListenError,
    RefusedError,
    SettingsError,
)
_Answer = TypeVar("_Answer")
_Work = Callable[[Database], Awaitable[_Answer]]

app = typer.Typer(
    name="voronka",
    help="A CRM as a GraphQL API server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
workspaces = typer.Typer(help="Workspaces of the installation.", no_args_is_help=True)
users = typer.Typer(help="People of a workspace.", no_args_is_help=True)
roles = typer.Typer(help="Roles of a workspace.", no_args_is_help=True)
tokens = typer.Typer(help="API keys of a workspace.", no_args_is_help=True)
app.add_typer(workspaces, name="workspace")
app.add_typer(users, name="user")
app.add_typer(roles, name="role")
app.add_typer(tokens, name="token")
app.add_typer(jobs, name="jobs")


class Locale(StrEnum):
    """Languages of a workspace's defaults."""

    RU = "ru"
    EN = "en"


InWorkspace = Annotated[
    str | None, typer.Option("--workspace", help="Its name or id; needed when there are several.")
]


def main() -> NoReturn:
    """Run the command line; exit with 1 and one line about what the operator can mend."""
    try:
        app(prog_name="voronka")
    except _MENDABLE as error:
        fail(message_of(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    sys.exit(0)


@app.command()
def serve() -> None:
    """Serve the API; set up by VORONKA_HOST, VORONKA_PORT, VORONKA_WORKERS and others."""
    settings = Settings.from_env()
    with (
        serving.ending_by_signal(),
        reserve(settings),
        contextlib.closing(serving.listen(settings)) as bound,
        running_database(settings) as url,
    ):
        bring_up_to_date(settings, url)
        made = _run(settings, url, lambda database: first_workspace(settings, url, database))
        address = serving.address(bound)
        serving.serve(settings, url, bound, lambda: _say_ready(settings, address, made))


app.command("worker")(work)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    settings = Settings.from_env()
    with open_database(settings) as url:
        with reaching_database():
            if migrations.is_current(url):
                typer.echo("The database is at this version's schema.")
                return
        migrations.upgrade(url)
        typer.echo("The database was brought to this version's schema.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
) -> None:
    """Write the database to a file; pg_restore reads it into an empty database.

    Contents of files, where they are in a folder, go to FILE.files.tar.
    """
    settings = Settings.from_env()
    with open_database(settings) as url:
        backups.write(url, file)
    typer.echo(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB).")
    folder = FileStore(settings.files_location).folder
    contents = file.with_name(f"{file.name}.files.tar")
    if folder is None:
        typer.echo(f"Contents of files are in {settings.files_url}: back that up by its own means.")
    elif backups.write_contents(folder, contents):
        typer.echo(f"Wrote {contents} ({contents.stat().st_size / 1e6:.1f} MB).")


@app.command("check-numbers")
def check_numbers(
    mend: Annotated[bool, typer.Option("--repair", help="Put right what differs.")] = False,
    workspace: Annotated[
        str | None, typer.Option(help="Its name or id; by default all of them.")
    ] = None,
) -> None:
    """Compare the counts and sums that are kept with the records that there are."""
    found = _with_database(
        lambda database: administration.check_numbers(database, workspace, mend=mend)
    )
    if found:
        show_table(found)
    if found and not mend:
        fail("Kept numbers differ from the records: ./voronka check-numbers --repair.")
    typer.echo("These were put right." if found else "All kept numbers are right.")


@app.command()
def demo(
    deals: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many deals.")] = 2000,
    locale: Annotated[Locale | None, typer.Option(help="Language of names and titles.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    workspace: Annotated[
        str | None, typer.Option(help="Its name or id; by default the first of that language.")
    ] = None,
) -> None:
    """Fill a workspace with believable data; one is made if none has the language."""
    settings = Settings.from_env()
    language = locale.value if locale is not None else None
    with open_database(settings) as url:
        bring_up_to_date(settings, url)
        place = _run(
            settings, url, lambda db: demo_workspace(settings, url, db, workspace, language)
        )
        with typer.progressbar(length=deals, label=f"Filling {place.name}", file=sys.stderr) as bar:

            def show(done: int, total: int) -> None:
                bar.update(done * deals // total - bar.pos)

            counts = asyncio.run(
                generate(
                    url,
                    place.id,
                    deals=deals,
                    locale=language or place.locale,
                    seed=seed,
                    progress=show,
                )
            )
    show_table((count, name) for name, count in dataclasses.asdict(counts).items())
    if place.made is not None:
        typer.echo(f"Administrator {place.made.admin_email}, API key: {place.made.api_key}")


@app.command("schema")
def print_schema(
    workspace: Annotated[
        str | None, typer.Option(help="Id of a workspace: its schema, custom fields included.")
    ] = None,
) -> None:
    """Print the schema that all workspaces share, or that of one, as SDL."""
    shared = build_schema(DocumentCache(Settings.from_env().limits))
    if workspace is None:
        typer.echo(shared.as_str())
        return
    fields = _with_database(lambda database: administration.custom_fields(database, workspace))
    typer.echo(with_fields(shared, fields).as_str())


@workspaces.command("create")
def create_workspace_(
    name: str,
    locale: Annotated[Locale, typer.Option(help="Language of its dictionaries and stages.")],
    currency: Annotated[str, typer.Option(help="Base currency, such as RUB.")],
    admin_email: Annotated[
        str | None, typer.Option(help="Of its administrator, who may be known already.")
    ] = None,
) -> None:
    """Make a workspace with its dictionaries, pipelines and administrator; print the key."""
    settings = Settings.from_env()
    email = admin_email or settings.admin_email

    async def work(database: Database) -> NewWorkspace:
        try:
            return await create_workspace(database, name, locale.value, currency, email)
        except ValueError as error:
            raise CommandError(str(error)) from None

    made = _with_database(work)
    typer.echo(f"workspace      {encode_id('workspace', made.workspace_id)}")
    typer.echo(f"administrator  {made.admin_email}")
    typer.echo(f"API key        {made.api_key}")


@workspaces.command("list")
def list_workspaces_() -> None:
    """List the workspaces: id, language, currency, day of creation, name."""
    show_table(
        (encode_id("workspace", row.id), row.locale, row.currency, f"{row.created_at:%F}", row.name)
        for row in _with_database(list_workspaces)
    )


@users.command("add")
def add_user(
    email: str,
    first_name: Annotated[str | None, typer.Option()] = None,
    last_name: Annotated[str | None, typer.Option()] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="Code or name of a role; nothing is seen without one.")
    ] = None,
    workspace: InWorkspace = None,
) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    given: dict[str, Any] = {"email": email, "password": _password()}
    names = {"firstName": first_name, "lastName": last_name}
    given |= {key: value for key, value in names.items() if value is not None}
    typer.echo(_with_database(lambda db: administration.add_user(db, workspace, given, role or ())))


@users.command("password")
def set_password(email: str) -> None:
    """Give a person a new password, asked for or read from standard input."""
    password = _password()
    _with_database(lambda database: administration.set_password(database, email, password))
    typer.echo(f"{email} has a new password.")


@users.command("unlink")
def unlink_user(email: str) -> None:
    """Forget who a person is to the issuer of tokens (OpenID Connect)."""
    _with_database(lambda database: administration.unlink(database, email))
    typer.echo(f"The next token with the address {email} is joined with this person.")


@users.command("list")
def list_users(workspace: InWorkspace = None) -> None:
    """List the people of a workspace: id, e-mail, roles, state, name."""
    show_table(
        (
            encode_id("user", row.id),
            row.email,
            ", ".join(names) or "no role",
            "active" if row.is_active else "inactive",
            " ".join(filter(None, (row.first_name, row.last_name))),
        )
        for row, names in _with_database(
            lambda database: administration.list_users(database, workspace)
        )
    )


@roles.command("list")
def list_roles(workspace: InWorkspace = None) -> None:
    """List the roles of a workspace: id, code of those that came with it, people, name."""
    show_table(
        (encode_id("role", row.id), row.code or "-", f"{count} people", row.name)
        for row, count in _with_database(
            lambda database: administration.list_roles(database, workspace)
        )
    )


@tokens.command("create")
def create_token(
    name: str,
    user: Annotated[str | None, typer.Option(help="E-mail address of its owner.")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="READ, WRITE; both if none.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it lives.")] = 365,
    workspace: InWorkspace = None,
) -> None:
    """Make an API key of a person (the first administrator by default); it is shown this once."""
    scopes = tuple(scope or Scope)
    key_id, secret = _with_database(
        lambda db: administration.create_token(db, workspace, name, user, scopes, days)
    )
    typer.echo(f"id       {key_id}")
    typer.echo(f"API key  {secret}")


@tokens.command("list")
def list_tokens(workspace: InWorkspace = None) -> None:
    """List the API keys of a workspace: id, beginning, scopes, last day, owner, name."""
    show_table(
        (
            encode_id("api_key", key.id),
            f"{key.prefix}...",
            "+".join(key.scopes),
            f"{key.expires_at:%F}" if key.expires_at else "no end",
            email,
            key.name,
        )
        for key, email in _with_database(lambda db: administration.list_tokens(db, workspace))
    )


@tokens.command("revoke")
def revoke_token(key_id: str, workspace: InWorkspace = None) -> None:
    """End an API key at once; the id is the one that `token list` shows."""
    _with_database(lambda database: administration.revoke_token(database, workspace, key_id))
    typer.echo("The key no longer works.")


def _say_ready(settings: Settings, address: str, made: NewWorkspace | None) -> None:
    token = DataDirectory(settings.data_dir).admin_token
    typer.echo(f"Voronka serves on {address}/graphql (explorer: {address}/graphiql)")
    if made is not None:
        typer.echo(f"Administrator {made.admin_email}, API key (shown this once): {made.api_key}")
        typer.echo(f"The key is kept in {token}. To sign in with a password, set one:")
        typer.echo(f"  ./voronka user password {made.admin_email}")
    elif token.exists():
        typer.echo(f"The administrator's API key is in {token}.")
    typer.echo("Ctrl-C stops it.")
    sys.stdout.flush()


def _with_database(work: _Work[_Answer]) -> _Answer:
    settings = Settings.from_env()
    with open_database(settings) as url:
        bring_up_to_date(settings, url)
        return _run(settings, url, work)


def _run(settings: Settings, url: str, work: _Work[_Answer]) -> _Answer:
    async def run() -> _Answer:
        database = Database(url, row_security=RowSecurity(settings.rls), pool_size=2)
        try:
            return await work(database)
        finally:
            await database.dispose()

    with reaching_database():
        return asyncio.run(run())


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
