"""What the stand-in knows is one SQLite file, and each request one transaction in it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fakestripe import clock
from fakestripe.errors import Body, no_such

SCHEMA = """
CREATE TABLE IF NOT EXISTS object(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
  created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object(kind, account, seq);
CREATE INDEX IF NOT EXISTS object_intent ON object(json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object(json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_source ON object(json_extract(body, '$.source'));
CREATE TABLE IF NOT EXISTS balance(
  account TEXT NOT NULL, currency TEXT NOT NULL, pending INTEGER NOT NULL,
  available INTEGER NOT NULL, PRIMARY KEY (account, currency));
CREATE TABLE IF NOT EXISTS due(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, id TEXT NOT NULL,
  account TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due_at ON due(at, seq);
CREATE TABLE IF NOT EXISTS idempotency(
  account TEXT NOT NULL, key TEXT NOT NULL, endpoint TEXT NOT NULL, fingerprint TEXT NOT NULL,
  made INTEGER NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS delivery(
  seq INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, due REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, answer TEXT);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery(due) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
FIELD = "json_extract(body, '$.{}')"


@dataclass
class Tx:
    """One transaction, at one moment, on behalf of one account ('' is the platform's own)."""

    connection: sqlite3.Connection
    now: int
    account: str = ""
    request: Body | None = None

    def within(self, account: str) -> "Tx":
        """The same transaction seen from another account."""
        return replace(self, account=account)

    def insert(self, body: Body, kind: str | None = None) -> Body:
        """Keep a new object."""
        self.connection.execute(
            "INSERT INTO object(id, kind, account, created, body) VALUES (?, ?, ?, ?, ?)",
            (body["id"], kind or body["object"], self.account, self.now, json.dumps(body)),
        )
        return body

    def save(self, body: Body, **changes: Any) -> Body:
        """Keep an object as it is now, with what changes."""
        body.update(changes)
        sql = "UPDATE object SET body = ? WHERE id = ?"
        self.connection.execute(sql, (json.dumps(body), body["id"]))
        return body

    def find(self, id_: str) -> Body | None:
        """Any object of this account."""
        sql = "SELECT body FROM object WHERE id = ? AND account = ?"
        row = self.connection.execute(sql, (id_, self.account)).fetchone()
        return json.loads(row[0]) if row else None

    def get(self, kind: str, id_: str, param: str = "id", status: int = 404) -> Body:
        """One object of this account, or Stripe's refusal."""
        found = self.find(id_)
        if found is None or found["object"] != kind:
            raise no_such(kind, id_, param, status)
        return found

    def rows(self, kind: str, **equal: Any) -> list[Body]:
        """All objects of a kind in this account whose fields have these values, oldest first."""
        tests = "".join(f" AND {FIELD.format(field)} = ?" for field in equal)
        sql = f"SELECT body FROM object WHERE kind = ? AND account = ?{tests} ORDER BY seq"
        found = self.connection.execute(sql, (kind, self.account, *equal.values()))
        return [json.loads(row[0]) for row in found]

    def later(self, at: int, what: str, id_: str) -> None:
        """Have something done when the clock gets there."""
        sql = "INSERT INTO due(at, what, id, account) VALUES (?, ?, ?, ?)"
        self.connection.execute(sql, (at, what, id_, self.account))

    def setting(self, name: str, default: Any = None) -> Any:
        """A value that was set."""
        sql = "SELECT value FROM setting WHERE name = ?"
        row = self.connection.execute(sql, (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def set(self, name: str, value: Any) -> None:
        """Set a value."""
        sql = "INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)"
        self.connection.execute(sql, (name, json.dumps(value)))


class Store:
    """The file, with one writer."""

    def __init__(self, file: Path | str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self, account: str = "", request: Body | None = None) -> Iterator[Tx]:
        """All of what is done inside, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Tx(self._connection, 0, account, request)
            tx.now = clock.now(tx.setting("offset", 0))
            yield tx
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def undone_if_refused(tx: Tx) -> Iterator[None]:
    """A part of a transaction that leaves nothing behind when it raises."""
    tx.connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        tx.connection.execute("ROLLBACK TO part")
        tx.connection.execute("RELEASE part")
        raise
    tx.connection.execute("RELEASE part")


def public(body: Mapping[str, Any]) -> Body:
    """What of an object Stripe would show: names with an underscore are our own notes."""
    return {name: value for name, value in body.items() if not name.startswith("_")}
