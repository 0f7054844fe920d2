"""Bad luck on demand: answers that are slow, refused, broken or lost."""

import random
from fnmatch import fnmatch

from fakestripe.errors import Body, Refusal
from fakestripe.objects import new_id
from fakestripe.store import Tx

KINDS = ("slow", "429", "500", "500_kept", "lost_answer")
"""Late; too many; nothing done; nothing done and kept for the key; done, then cut off."""


def add(tx: Tx, given: Body) -> Body:
    """A fault for requests whose path fits: the next `count` of them, or a `rate` of all."""
    if given.get("kind") not in KINDS:
        raise Refusal(f"kind is one of {', '.join(KINDS)}", param="kind")
    fault = {
        "id": new_id("fault_", 8),
        "path": "/v1/*",
        "method": "*",
        "count": None,
        "rate": 1.0,
        "seconds": 1.0,
        "seed": 1,
        "seen": 0,
    } | given
    tx.set("faults", [*all_of(tx), fault])
    return fault


def all_of(tx: Tx) -> list[Body]:
    """The faults that are set."""
    found: list[Body] = tx.setting("faults", [])
    return found


def take(tx: Tx, method: str, path: str) -> Body | None:
    """The fault that this request meets, used up by it."""
    faults = all_of(tx)
    for fault in faults:
        if fault["method"] in ("*", method) and fnmatch(path, fault["path"]):
            fault["seen"] += 1
            chance = random.Random(f"{fault['seed']}/{fault['seen']}")  # noqa: S311 - repeatable
            met = chance.random() < fault["rate"]
            if met and fault["count"] is not None:
                fault["count"] -= 1
            tx.set("faults", [one for one in faults if one["count"] != 0])
            if met:
                return fault
    return None
