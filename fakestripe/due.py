"""What falls due is done when the clock gets there, each thing at its own moment."""

from collections.abc import Callable
from typing import Any

from fakestripe import books, disputes, payouts, refunds, sessions
from fakestripe.store import Tx


def run(tx: Tx) -> int:
    """Do all that is due, in its order, and say how much that was."""
    done = 0
    sql = "SELECT seq, at, what, id, account FROM due WHERE at <= ? ORDER BY at, seq LIMIT 1"
    while row := tx.connection.execute(sql, (tx.now,)).fetchone():
        seq, at, what, id_, account = row
        tx.connection.execute("DELETE FROM due WHERE seq = ?", (seq,))
        then = tx.within(account)
        then.now = at
        ACTS[what](then, id_)
        done += 1
    return done


def advance(tx: Tx, seconds: int) -> int:
    """Move the clock ahead and do what falls due on the way."""
    tx.set("offset", tx.setting("offset", 0) + seconds)
    tx.now += seconds
    return run(tx)


def _expire_session(tx: Tx, id_: str) -> None:
    session = tx.get("checkout.session", id_)
    if session["status"] == "open":
        sessions.close(tx, session)


def _dispute(tx: Tx, id_: str) -> None:
    charge = tx.get("charge", id_)
    if not charge["disputed"] and not charge["refunded"]:
        disputes.open_on(tx, id_)


def _fail_refund(tx: Tx, id_: str) -> None:
    if tx.get("refund", id_)["status"] == "succeeded":
        refunds.fail(tx, id_)


ACTS: dict[str, Callable[[Tx, str], Any]] = {
    "available": books.becomes_available,
    "dispute_charge": _dispute,
    "dispute_deadline": disputes.deadline,
    "expire_session": _expire_session,
    "fail_refund": _fail_refund,
    "payout_arrives": payouts.arrives,
    "payout_fails": payouts.fails,
    "payout_leaves": payouts.leaves,
}
