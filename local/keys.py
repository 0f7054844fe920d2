"""The keys this machine signs and seals with: made once, kept with the data, its owner's."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from ledger import sealed_values
from papers import signing

NAME = "signing-key"
LINK_NAME = "link-key"
TAX_NAME = "tax-key"
PAYOUT_NAME = "payout-key"


def kept_key(folder: Path) -> str:
    """What case files are signed with."""
    return _kept(folder / NAME, signing.fresh)


def kept_link_key(folder: Path) -> str:
    """What links to files are signed with."""
    return _kept(folder / LINK_NAME, partial(secrets.token_hex, 32))


def kept_tax_key(folder: Path) -> str:
    """What tax forms are sealed with; without it they are lost."""
    return _kept(folder / TAX_NAME, sealed_values.fresh)


def kept_payout_key(folder: Path) -> str:
    """What payout methods are sealed with; without it everybody has to give theirs again."""
    return _kept(folder / PAYOUT_NAME, sealed_values.fresh)


def _kept(kept: Path, fresh: Callable[[], str]) -> str:
    """The secret there; of two processes that make it at once, both get the first."""
    folder = kept.parent
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder) as draft:
            draft.write(fresh())
            draft.flush()
            # Unlike a rename, a link never replaces a key that something was signed with.
            with suppress(FileExistsError):
                os.link(draft.name, kept)
    return kept.read_text()
