"""A chain of items, each with the hash of the one before: none can be changed, moved or left out.

The hash of an item is the SHA-256 of the canonical bytes of `{at, content, kind, n, previous}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers.canonical import digest

FIRST = "0" * 64
"""What comes before the first item."""
LINKED = ("at", "content", "kind", "n", "previous")


@dataclass(frozen=True)
class Item:
    """One thing a document tells; `at` is when it happened, None if it is not of one moment."""

    kind: str
    at: str | None
    content: Mapping[str, Any]


def linked(items: Iterable[Item]) -> list[dict[str, Any]]:
    """The items with their numbers and hashes."""
    chain: list[dict[str, Any]] = []
    previous = FIRST
    for n, item in enumerate(items, 1):
        link = {"n": n, "at": item.at, "kind": item.kind, "content": item.content}
        previous = digest(link | {"previous": previous})
        before = chain[-1]["hash"] if chain else FIRST
        chain.append(link | {"previous": before, "hash": previous})
    return chain


def head(chain: Sequence[Mapping[str, Any]]) -> str:
    """The hash that stands for the whole chain."""
    return str(chain[-1]["hash"]) if chain else FIRST


def broken(chain: object) -> str | None:
    """Where the chain does not hold, in a sentence; None when every link holds."""
    if not isinstance(chain, list):
        return "It has no list of items."
    previous = FIRST
    for n, link in enumerate(chain, 1):
        if not isinstance(link, dict) or link.keys() != {*LINKED, "hash"}:
            return f"Item {n} is not made like an item."
        if link["n"] != n or link["previous"] != previous:
            return f"Item {n} does not follow the one before: something was moved or left out."
        if link["hash"] != digest({name: link[name] for name in LINKED}):
            return f"Item {n} ({_words(link['kind'])}) was changed: its hash is another."
        previous = link["hash"]
    return None


def _words(kind: object) -> str:
    return str(kind).replace("_", " ")[:60]
