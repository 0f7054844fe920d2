"""Passwords are kept as argon2 hashes, made and checked beside the event loop."""

from functools import cache

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash

_hashing = PasswordHash.recommended()
# Each takes 64 MiB and a core for some tens of milliseconds.
_at_once = CapacityLimiter(4)


async def hashed(password: str) -> str:
    """The hash to keep."""
    return await to_thread.run_sync(_hashing.hash, password, limiter=_at_once)


async def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the one kept; for nobody's (None) it takes as long and is False."""
    return await to_thread.run_sync(_matches, password, kept, limiter=_at_once)


def _matches(password: str, kept: str | None) -> bool:
    same = _hashing.verify(password, kept or _nobody())
    return same and kept is not None


@cache
def _nobody() -> str:
    return _hashing.hash("nobody has this password")
