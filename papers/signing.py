"""Ed25519 signatures of what leaves us, by keys whose ids follow from the keys themselves."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"
_KEY = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True)
class PublicKey:
    """What anybody checks a signature with: 32 bytes as 64 hexadecimal digits."""

    hex: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.hex):
            raise ValueError("a public key is 64 hexadecimal digits, in lower case")

    @property
    def id(self) -> str:
        """Its name, which follows from it, so that no two keys share one."""
        return f"key_{hashlib.sha256(bytes.fromhex(self.hex)).hexdigest()[:16]}"

    def signed(self, signature: str, message: bytes) -> bool:
        """Whether the signature (128 hexadecimal digits) is this key's, over this message."""
        if not _SIGNATURE.fullmatch(signature):
            return False
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.hex))
            key.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def shown(self) -> dict[str, str]:
        """How a document names the key it is signed with."""
        return {"algorithm": ALGORITHM, "id": self.id, "public_key": self.hex}


class SigningKey:
    """The secret half, from 64 hexadecimal digits; ValueError when they are none."""

    def __init__(self, secret: str) -> None:
        if not _KEY.fullmatch(secret):
            raise ValueError("a signing key is 64 hexadecimal digits, in lower case")
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        self.public = PublicKey(self._key.public_key().public_bytes_raw().hex())

    def sign(self, message: bytes) -> str:
        """The signature, in 128 hexadecimal digits."""
        return self._key.sign(message).hex()


def fresh() -> str:
    """A new secret for a SigningKey."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def named(shown: object) -> PublicKey:
    """The key as a document names it; ValueError unless every word about it is right."""
    match shown:
        case {"public_key": str(digits)} if PublicKey(digits).shown() == shown:
            return PublicKey(digits)
    raise ValueError("the key it names is no Ed25519 key, or has another id")


def withdrawn(published: Mapping[str, Any]) -> bool:
    """Whether a published key must not be trusted any more."""
    return published.get("withdrawn_at") is not None
