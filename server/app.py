"""The composition root: one Starlette application from settings and a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Final

from graphql.execution.executor import Executor
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from db.file_store import FileStore
from db.mailer import Mailer
from db.migrate import at_head
from domain.activities import CALENDAR_PATH
from domain.messages import say
from schema.build import build_schema
from schema.cursors import Cursors
from schema.documents import DocumentCache
from schema.execution.executor import PlannedExecutor
from schema.workspace_schemas import WorkspaceSchemas
from server.admission import Admission
from server.calendars import calendar_endpoint
from server.explorer import explorer_routes, page
from server.files import file_endpoint
from server.graphql_http import GraphQLView
from server.journal import Journal
from server.link_pages import link_routes
from server.middleware import ApiLane, middleware
from server.operations import Operations
from server.pool import open_pool
from server.sdl import sdl_endpoint
from server.settings import Settings
from server.worker import working

_PATH: Final = "/graphql"


def build_app(
    settings: Settings,
    database_url: str,
    executor: type[Executor[Any]] = PlannedExecutor,
    files: FileStore | None = None,
    mailer: Mailer | None = None,
) -> Starlette:
    """Build the server; it connects when the first request comes, its worker at the start.

    `executor` runs the operations; another one is for measuring and comparing. `files` keeps what
    is uploaded, `mailer` sends e-mail; by default, as the settings say.
    """
    database = open_pool(settings, database_url)
    cache = DocumentCache(settings.limits)
    schema = build_schema(cache, executor)
    files = files or FileStore(settings.files_location)
    cursors = Cursors(settings.secret_key)
    journal = Journal(database)
    operations = Operations(
        schema, WorkspaceSchemas(schema, settings.kept_schemas), cache, database, cursors, files,
        settings.upload_limits, journal, Admission(database, journal, settings.issuer),
        mailer or settings.mailer,
    )  # fmt: skip
    view = GraphQLView(schema, operations.run, page, settings.limits, say=say)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        worker = working(settings, database_url) if settings.embedded_worker else nullcontext()
        async with journal.writing(), worker:
            yield
        await database.dispose()

    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> JSONResponse:
        try:
            current = await at_head(database_url)
        except (OSError, SQLAlchemyError):
            return JSONResponse({"status": "database unreachable"}, 503)
        if not current:
            return JSONResponse({"status": "database behind"}, 503)
        return JSONResponse({"status": "ok"})

    app = Starlette(
        routes=[
            # Not a mount: that would redirect /graphql to /graphql/.
            Route(_PATH, view),
            WebSocketRoute(_PATH, view),
            Route("/schema.graphql", sdl_endpoint(operations.schema_of), methods=["GET"]),
            Route("/files/{id}", file_endpoint(operations.file_of, files), methods=["GET"]),
            Route(f"{CALENDAR_PATH}/{{secret}}.ics", calendar_endpoint(database), methods=["GET"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            *link_routes(),
            *explorer_routes(operations.is_valid, settings.secure_cookies),
        ],
        middleware=[
            *middleware(settings.limits, settings.cors_origins),
            Middleware(ApiLane, path=_PATH, api=view),
        ],
        lifespan=lifespan,
    )
    app.state.database = database
    app.state.files = files
    app.state.journal = journal
    return app
