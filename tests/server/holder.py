"""A program that does what `serve` does with the embedded database, and nothing else.

Prints the database's URL when it is up and `stopped` when it was stopped; ends on SIGINT.
"""

import signal
import sys
from pathlib import Path

from server.data_directory import DataDirectory, DataDirectoryBusyError
from server.embedded import EmbeddedPostgres


def main(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, durable=False)
    try:
        with DataDirectory(data_dir).lock():
            try:
                print(postgres.start(), flush=True)  # noqa: T201 - read by the test
                signal.pause()
            except KeyboardInterrupt:
                postgres.stop()
                print("stopped", flush=True)  # noqa: T201 - read by the test
    except DataDirectoryBusyError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
