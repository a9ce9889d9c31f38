"""Ask a running server whether it can serve, for container platforms: exit code 0 or 1.

A script of the standard library alone: it runs every few seconds, beside the server.
"""

import sys
import urllib.error
import urllib.request
from typing import Final

_TIMEOUT_SECONDS: Final = 4.0


def main(url: str) -> int:
    """Return 0 when `url` answers with 200, else 1, having said why on standard error."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - the image's own URL
            return 0
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
