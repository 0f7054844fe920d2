"""The process that makes one preview: `python -m previews.inside FD`, closed while it does.

It reads what is wanted from its input and the file from FD; it answers with one line, the type and
the number of pages, and then the preview; or why there is none, and where that came from.
"""

import json
import os
import sys
import traceback
from typing import BinaryIO

from previews import jail, makers
from previews.kinds import HEAD, Kind, kind_of
from previews.wanted import NoPreview, Part, Reason, Wanted


def main(descriptor: int) -> None:
    """Answer once; what goes wrong inside a reader is the file's fault, whatever it is called."""
    jail.limit()
    wanted = Wanted(**json.loads(sys.stdin.buffer.readline()))
    with os.fdopen(descriptor, "rb") as file:
        try:
            make = _maker_of(file, wanted)
            jail.close()
            preview = make(file, wanted)
        except jail.NotClosed:
            raise
        except NoPreview as none:
            _say(none.reason)
        except MemoryError:
            _say(Reason.TOO_MUCH)
        except Exception as error:
            _say(Reason.BROKEN, content=_without_words(error).encode())
        else:
            _say(preview.media_type, preview.pages, preview.content)


def _maker_of(file: BinaryIO, wanted: Wanted) -> makers.Maker:
    """With all code that it takes: once the process is closed, nothing can be loaded."""
    found = kind_of(os.pread(file.fileno(), HEAD, 0))
    if found is None:
        raise NoPreview(Reason.KIND_UNKNOWN)
    if wanted.part == Part.SOUND and found.kind is not Kind.RECORDING:
        raise NoPreview(Reason.NO_SOUND)
    return makers.maker_of(found)


def _without_words(error: Exception) -> str:
    """What it was and where; its words may quote the file."""
    places = traceback.extract_tb(error.__traceback__)
    named = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in places]
    return " ".join([type(error).__name__, *named])


def _say(what: str, pages: int = 0, content: bytes = b"") -> None:
    sys.stdout.buffer.write(f"{what} {pages}\n".encode() + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except jail.NotClosed:
        sys.exit(jail.NOT_CLOSED)
