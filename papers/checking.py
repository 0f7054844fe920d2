"""Checking a file that somebody holds, without any server: JSON or PDF, with keys they trust."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from papers import document, sealed_pdf, signing
from papers.signing import PublicKey
from papers.verdict import Verdict

KEYS_AT = "/v1/signing-keys"


def check(content: bytes, trusted: Mapping[PublicKey, bool] | None = None) -> Verdict:
    """Whether the file is as it was signed, and by a trusted key unless nobody named any (None).

    `trusted` says of each key whether it is still good; a withdrawn one proves nothing.
    """
    is_pdf = sealed_pdf.is_one(content)
    found = sealed_pdf.checked(content) if is_pdf else document.checked(content)
    if not found.holds or found.key is None:
        return found
    key = found.key
    if trusted is None:
        says = f"The signature fits the key within, {key.id} ({key.hex}); whose key that is was not"
        save = f"checked: save {KEYS_AT} from the platform you trust, and say --key FILE."
        return replace(found, says=f"{found.says} {says} {save}")
    if key not in trusted:
        return Verdict(False, f"It is whole, but signed with {key.id}, which is no key you trust.")
    if not trusted[key]:
        says = f"It is whole, but {key.id} was withdrawn: others may have signed with it too."
        return Verdict(False, says)
    says = f"{found.says} Signed with {key.id}, which you trust."
    return replace(found, says=says, proven=True)


def keys(named: Collection[str]) -> dict[PublicKey, bool]:
    """Keys as people give them: 64 hexadecimal digits, or a file saved from /v1/signing-keys.

    One that is withdrawn anywhere is no good, whoever else names it. Raises ValueError, or OSError
    for a file that cannot be read.
    """
    found: dict[PublicKey, bool] = {}
    for name in named:
        for key, good in _named(name).items():
            found[key] = good and found.get(key, True)
    return found


def _named(name: str) -> dict[PublicKey, bool]:
    if Path(name).is_file():
        return _published(Path(name).read_bytes())
    return {PublicKey(name.strip().lower()): True}


def _published(content: bytes) -> dict[PublicKey, bool]:
    try:
        listed = json.loads(content)["keys"]
        return {PublicKey(one["public_key"]): not signing.withdrawn(one) for one in listed}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"this is no list saved from {KEYS_AT}") from error
