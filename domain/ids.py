"""Ids are TypeIDs (`job_01h…`): sortable by time, and they tell what they name."""

import hashlib
from datetime import datetime
from typing import NewType

UserId = NewType("UserId", str)
CaseId = NewType("CaseId", str)
JobId = NewType("JobId", CaseId)
DisputeId = NewType("DisputeId", CaseId)
InstructionId = NewType("InstructionId", str)
DeliveryId = NewType("DeliveryId", str)
FileId = NewType("FileId", str)
BidId = NewType("BidId", str)
ContestEntryId = NewType("ContestEntryId", str)
ListingId = NewType("ListingId", str)

BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's alphabet, as the TypeID specification has it."""


def derived(prefix: str, at: datetime, seed: str) -> str:
    """The id of something a step makes: always the same for the same step.

    A UUIDv7 whose time is `at` and whose other 74 bits are the hash of `seed`, so that a step
    that runs twice names the same thing, and the law needs no chance.
    """
    chance = int.from_bytes(hashlib.sha256(f"{prefix}/{seed}".encode()).digest()[:10], "big")
    milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | chance
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{prefix}_" + "".join(BASE32[value >> bits & 31] for bits in range(125, -1, -5))
