"""Runs the stand-in: `python -m fakestripe --file books.sqlite`."""

import argparse
from pathlib import Path

import uvicorn

from fakestripe.app import KEY, create


def main() -> None:
    """Read where to listen and serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--base-url", help="what the pages' addresses begin with")
    parser.add_argument("--key", default=KEY)
    given = parser.parse_args()
    app = create(given.file, given.base_url or f"http://{given.host}:{given.port}", given.key)
    uvicorn.run(app, host=given.host, port=given.port, log_level="critical")


if __name__ == "__main__":
    main()
