"""The product's application under graphql-core's own executor."""

from starlette.applications import Starlette
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server import logging
from server.app import build_app
from server.settings import Settings


def create_app() -> Starlette:
    """Make the application from the environment."""
    settings = Settings.from_env()
    logging.configure(settings.log_level, exception_text=settings.log_exception_text)
    if settings.database_url is None:
        raise RuntimeError("VORONKA_DATABASE_URL is not set")
    url = settings.database_url.get_secret_value()
    return build_app(settings, url, StrawberryGraphQLCoreExecutionContext)
