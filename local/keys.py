"""The key this machine signs case files with: made once, kept with the data, read by its owner."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from papers import signing

NAME = "signing-key"


def kept_key(folder: Path) -> str:
    """The secret of this folder; of two processes that make it at once, both get the first."""
    kept = folder / NAME
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder) as draft:
            draft.write(signing.fresh())
            draft.flush()
            # Unlike a rename, a link never replaces a key that something was signed with.
            with suppress(FileExistsError):
                os.link(draft.name, kept)
    return kept.read_text()
