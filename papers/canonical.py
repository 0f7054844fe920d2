"""One way to write a value as bytes: RFC 8785 (JSON canonicalization), with whole numbers only."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from domain.money import LARGEST_MINOR

Value = None | bool | int | str | Sequence["Value"] | Mapping[str, "Value"]
"""What can be written; no floats, because readers disagree about them."""


class NotCanonical(ValueError):
    """These bytes are no value, or not the one way to write it; `at` is where, if known."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


def written(value: Value) -> bytes:
    """The value as UTF-8: keys sorted, no space, only what must be escaped is.

    Raises TypeError for what JSON has in several ways: floats, large numbers, unsortable keys.
    """
    _require_writable(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def read(content: bytes) -> Any:
    """The value of these bytes; NotCanonical unless they are exactly what `written` makes of it."""
    try:
        value = json.loads(content.decode(), parse_float=_refuse, parse_constant=_refuse)
        again = written(value)
    except json.JSONDecodeError as error:
        at = len(content.decode()[: error.pos].encode())
        raise NotCanonical("this is no JSON", at) from error
    except UnicodeDecodeError as error:
        raise NotCanonical("this is no UTF-8", error.start) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise NotCanonical(f"this is not canonical JSON: {error}") from error
    if again != content:
        pairs = enumerate(zip(again, content, strict=False))
        same = next((n for n, (ours, theirs) in pairs if ours != theirs), len(again))
        raise NotCanonical("this is not the canonical way to write it", same)
    return value


def digest(value: Value) -> str:
    """The SHA-256 of the value's canonical bytes, in 64 hexadecimal digits."""
    return hashlib.sha256(written(value)).hexdigest()


def _require_writable(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > LARGEST_MINOR:
                raise TypeError(f"{value} is a number that not every reader keeps exactly")
        case list() | tuple():
            for one in value:
                _require_writable(one)
        case dict():
            for name, one in value.items():
                # Other keys are sorted in one way by their UTF-16 and in another by their letters.
                if not (isinstance(name, str) and name.isascii()):
                    raise TypeError("a key is ASCII text")
                _require_writable(one)
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number[:20]} is no whole number")
