"""What a seal is: a hash over the one before it and the canonical form of a journal entry.

The canonical form of an entry is a JSON array, written with `, ` between its elements and without
any other space, non-ASCII characters as they are, in UTF-8:

    [id, reference, kind, case_id, cause, effective_at, recorded_at, reverses, request_hash,
     leg_count, [[account_id, account_kind, owner, currency, shard, account_seq, amount_minor,
     balance_after], …]]

Times are UTC with six digits of fraction (`2026-11-02T12:00:00.000000Z`), `request_hash` is lower
case hexadecimal, what is null is `null`, legs stand in the order of account_id and account_seq.
Seal n is SHA-256 over the 32 bytes of seal n - 1, then these; before the first stand zeros. The
view `entry_content` writes the same form.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

BEFORE_THE_FIRST = bytes(32)
OF_A_LEG = (
    "account_id", "kind", "owner", "currency", "shard", "account_seq", "amount_minor",
    "balance_after",
)  # fmt: skip


def seal(previous: bytes, content: str) -> bytes:
    """The hash of the seal that follows this one."""
    return hashlib.sha256(previous + content.encode()).digest()


def content(entry: Mapping[str, Any], legs: Sequence[Mapping[str, Any]]) -> str:
    """The canonical form of an entry; its legs in the order of account_id and account_seq."""
    fields = [
        entry["id"],
        entry["reference"],
        entry["kind"],
        entry["case_id"],
        entry["cause"],
        _time(entry["effective_at"]),
        _time(entry["recorded_at"]),
        entry["reverses"],
        entry["request_hash"].hex(),
        entry["leg_count"],
        # What has no legs at all was never written so; it still has a form.
        [[leg[name] for name in OF_A_LEG] for leg in legs] or None,
    ]
    return json.dumps(fields, ensure_ascii=False)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
