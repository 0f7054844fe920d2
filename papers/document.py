"""A signed document: what it is about, its chain of items, their head, and the signature.

The signature is over the canonical bytes of the document without its member `signature`; the key
is named in `about`, so it is covered too. Certificates of other kinds are made the same way.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from papers import canonical, chain, signing
from papers.chain import Item
from papers.signing import PublicKey, SigningKey
from papers.verdict import Verdict, no

RULE = "RFC 8785; only whole numbers; hashes are SHA-256; see docs/adr/0018"
MEMBERS = {"about", "head", "items", "signature"}
_NUMBERED = re.compile(rb'"n":(\d{1,9}),"previous":')


def signed(about: Mapping[str, Any], items: Iterable[Item], key: SigningKey) -> bytes:
    """The document as the bytes of a file."""
    links = chain.linked(items)
    named = dict(about) | {"key": key.public.shown(), "canonical": RULE}
    body: dict[str, Any] = {"about": named, "items": links, "head": chain.head(links)}
    return canonical.written(body | {"signature": key.sign(canonical.written(body))})


def checked(content: bytes) -> Verdict:
    """Whether the bytes are such a document, unchanged; whose key it is, the caller must judge."""
    try:
        document = canonical.read(content)
    except canonical.NotCanonical as error:
        return no(_where(content, error))
    if not isinstance(document, dict) or document.keys() != MEMBERS:
        return no("This is no document of ours: a part of it is missing, or one too many.")
    if (fault := chain.broken(document["items"])) is not None:
        return no(fault)
    if document["head"] != chain.head(document["items"]):
        return no("The hash of the whole is not that of its last item.")
    try:
        key = key_of(document)
    except ValueError as error:
        return no(f"The beginning was changed: {error}.")
    body = {name: value for name, value in document.items() if name != "signature"}
    if not key.signed(str(document["signature"]), canonical.written(body)):
        return no(
            "Every item is as its hash says, but the signature does not fit:"
            " the beginning, the end or the signature itself was changed."
        )
    return Verdict(True, _summary(document), key, document)


def key_of(document: Mapping[str, Any]) -> PublicKey:
    """The key a document says it is signed with; ValueError when it names none."""
    about = document["about"]
    return signing.named(about.get("key") if isinstance(about, dict) else None)


def _where(content: bytes, error: canonical.NotCanonical) -> str:
    """The changed item if the bytes tell it: its own number is the next one after the place."""
    if error.at is None:
        return f"It was changed: {error}."
    following = _NUMBERED.search(content, max(0, error.at - 20))
    inside = content.find(b'"items":[') < error.at
    place = f"in item {int(following[1])}, " if following and inside else ""
    return f"It was changed {place}at byte {error.at}: {error}."


def _summary(document: Mapping[str, Any]) -> str:
    about, count = document["about"], len(document["items"])
    return f"{about.get('title', 'A document')}: {count} items, all unchanged."
