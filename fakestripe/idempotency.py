"""The same key gets the same answer, for a day."""

import hashlib
import json
from dataclasses import dataclass

from fakestripe.clock import DAY
from fakestripe.errors import Body, Refusal
from fakestripe.store import Tx

LONGEST = 255


@dataclass(frozen=True)
class Kept:
    """An answer that was given."""

    request: str
    status: int
    body: Body


def fingerprint(params: Body) -> str:
    """Two requests have the same only if they ask for the same."""
    return hashlib.sha256(json.dumps(params, sort_keys=True, default=repr).encode()).hexdigest()


def find(tx: Tx, key: str, endpoint: str, params: Body) -> Kept | None:
    """The answer this key got, if it asks for the same again."""
    if len(key) > LONGEST:
        raise Refusal(f"Idempotency-Key may be at most {LONGEST} characters long.")
    sql = "DELETE FROM idempotency WHERE account = ? AND key = ? AND made <= ?"
    tx.connection.execute(sql, (tx.account, key, tx.now - DAY))
    sql = (
        "SELECT endpoint, fingerprint, request, status, body FROM idempotency "
        "WHERE account = ? AND key = ?"
    )
    row = tx.connection.execute(sql, (tx.account, key)).fetchone()
    if row is None:
        return None
    if row[0] != endpoint:
        raise _misused(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{endpoint}' vs '{row[0]}'). Try using a key other than '{key}' if you "
            "meant to execute a different request."
        )
    if row[1] != fingerprint(params):
        raise _misused(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
    return Kept(row[2], row[3], json.loads(row[4]))


def keep(tx: Tx, key: str, endpoint: str, params: Body, kept: Kept) -> None:
    """Remember what was answered."""
    values = (tx.account, key, endpoint, fingerprint(params), tx.now)
    answer = (kept.request, kept.status, json.dumps(kept.body))
    sql = "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    tx.connection.execute(sql, values + answer)


def in_use(key: str) -> Refusal:
    """The first request with this key is not over yet."""
    return Refusal(
        "There is currently another in-progress request using this Idempotent Key (that probably "
        f"means you submitted twice, and the other request is still going through): {key}. Please "
        "try again later.",
        code="idempotency_key_in_use",
        kind="idempotency_error",
        status=409,
    )


def _misused(message: str) -> Refusal:
    return Refusal(message, kind="idempotency_error")
