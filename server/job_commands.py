"""The commands about background jobs: work on them, look at them, try failed ones again."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

import typer

from server import logging, serving
from server.installation import bring_up_to_date, open_database, reaching_database
from server.job_queue import count_jobs, queue_url, retry_failed
from server.settings import Settings
from server.worker import working

_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_Answer = TypeVar("_Answer")

jobs = typer.Typer(help="Background jobs.", no_args_is_help=True)


def work() -> None:
    """Work on background jobs, beside servers that may do so themselves, until stopped."""
    settings = Settings.from_env()
    logging.configure(settings.log_level, exception_text=settings.log_exception_text)
    with serving.ending_by_signal(), open_database(settings) as url:
        bring_up_to_date(settings, url)
        asyncio.run(_work(settings, url))


@jobs.command("list")
def list_jobs() -> None:
    """List how many jobs wait, run or have failed, by name."""
    found = _ask(count_jobs)
    for count, state, name in found:
        typer.echo(f"{count:>6}  {state:<7}  {name}")
    if not found:
        typer.echo("There are no jobs in the queue.")


@jobs.command("retry")
def retry(
    name: Annotated[str | None, typer.Argument(help="Only jobs of this name.")] = None,
) -> None:
    """Try all failed jobs again."""
    typer.echo(f"Queued again: {_ask(lambda url: retry_failed(url, name))}.")


async def _work(settings: Settings, url: str) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, ended.set)
    async with working(settings, url):
        typer.echo("Working on background jobs.")
        typer.echo("Ctrl-C stops it.")
        sys.stdout.flush()
        await ended.wait()


def _ask(question: Callable[[str], Awaitable[_Answer]]) -> _Answer:
    settings = Settings.from_env()

    async def ask(url: str) -> _Answer:
        return await question(url)

    with open_database(settings) as url:
        bring_up_to_date(settings, url)
        with reaching_database():
            return asyncio.run(ask(queue_url(settings, url)))
