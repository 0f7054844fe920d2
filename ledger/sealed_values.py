"""Values that lie sealed in the books: AES-256-GCM, under a named key, each bound to its place.

A value opens only in the table, column and row it was sealed for: moved to another row, however
whole, it does not.
"""

import hashlib
import hmac
import json
import os
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
_WRITTEN = re.compile(r"([a-z0-9_-]{1,32}):([0-9a-f]{64})")


class Unopenable(Exception):
    """The value was changed, or belongs elsewhere."""


class KeyMissing(Exception):
    """The value is under a key that this process does not have."""


@dataclass(frozen=True)
class Place:
    """Where a value lies."""

    table: str
    column: str
    row: str


@dataclass(frozen=True)
class Sealed:
    """A value as the books keep it: the nonce, then the ciphertext with its tag."""

    key_id: str
    content: bytes = field(repr=False)


class SealingKeys:
    """Keys written `id:hex64,id2:hex64`: the first seals, all open; ValueError quotes none."""

    def __init__(self, written: str) -> None:
        found = [_WRITTEN.fullmatch(one.strip()) for one in written.split(",")]
        keys = [(one[1], bytes.fromhex(one[2])) for one in found if one]
        if len(keys) < len(found) or len(dict(keys)) < len(keys):
            raise ValueError("sealing keys are id:64 hexadecimal digits, with commas between")
        self._first, secret = keys[0]
        self._keys = {name: AESGCM(key) for name, key in keys}
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"peerok fingerprints")
        self._fingerprints = kdf.derive(secret)

    def seal(self, place: Place, value: bytes) -> Sealed:
        """The value, for this place alone."""
        nonce = os.urandom(NONCE_BYTES)
        bound = _bound(place, self._first)
        return Sealed(self._first, nonce + self._keys[self._first].encrypt(nonce, value, bound))

    def open(self, place: Place, sealed: Sealed) -> bytes:
        """What was sealed; raises Unopenable or KeyMissing."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise KeyMissing(f"there is no key {sealed.key_id}")
        nonce, content = sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:]
        try:
            return key.decrypt(nonce, content, _bound(place, sealed.key_id))
        except (InvalidTag, ValueError):
            raise Unopenable(f"{place.table}.{place.column} of {place.row}") from None

    @property
    def first(self) -> str:
        """The key that seals, and that fingerprints are made from."""
        return self._first

    @property
    def names(self) -> frozenset[str]:
        """The keys there are."""
        return frozenset(self._keys)

    def fingerprint(self, value: bytes) -> str:
        """The same for the same value; without the first key, nobody can try out values on it."""
        return hmac.new(self._fingerprints, value, hashlib.sha256).hexdigest()


def fresh() -> str:
    """A new key as it is written; its id tells it from others, and nothing about it."""
    return f"k{os.urandom(4).hex()}:{os.urandom(32).hex()}"


def _bound(place: Place, key_id: str) -> bytes:
    """What is authenticated with the value; as JSON, so that no two places read the same."""
    return json.dumps([place.table, place.column, place.row, key_id]).encode()
