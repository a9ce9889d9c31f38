"""The product's own server, started as an operator starts it, and a key to it."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from auth.actor import Scope
from bench.place import Place
from db.database import Database, RowSecurity
from domain.ids import encode_id
from server.administration import create_token

_ROOT: Final = Path(__file__).parent.parent
_ADDRESS: Final = re.compile(r"http://\S+(?=/graphql )")
_PATIENCE: Final = 20


async def access_key(place: Place, name: str) -> str:
    """Make a key with all rights; it ends after a day."""
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    workspace = encode_id("workspace", place.workspace_id)
    try:
        _, key = await create_token(database, workspace, name, None, tuple(Scope), 1)
    finally:
        await database.dispose()
    return key


@contextlib.contextmanager
def product(place: Place, workers: int = 1) -> Iterator[tuple[str, int]]:
    """Run `./voronka serve` on the database; give its address and its process."""
    settings = {
        "VORONKA_DATABASE_URL": place.url,
        "VORONKA_DATA_DIR": str(place.folder),
        "VORONKA_PORT": "0",
        "VORONKA_LOG_LEVEL": "ERROR",
        "VORONKA_WORKERS": str(workers),
        "PYTHONPATH": str(_ROOT),
    }
    inherited = {key: value for key, value in os.environ.items() if "VORONKA_" not in key}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "server", "serve"],
        env=inherited | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if address := _ADDRESS.search(line):
                yield address[0], process.pid
                return
        raise RuntimeError(f"The server did not start: {said}")
    finally:
        process.terminate()
        process.wait(_PATIENCE)
