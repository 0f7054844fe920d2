"""One byte of a file flipped, left out or put in, anywhere."""

from typing import Literal, NamedTuple

from hypothesis import strategies as st


class Damage(NamedTuple):
    """What is done, how far into the file (of a million parts), and with which byte."""

    how: Literal["flip", "drop", "add"]
    where: int
    byte: int


DAMAGES = st.builds(
    Damage, st.sampled_from(["flip", "drop", "add"]), st.integers(0, 999_999), st.integers(0, 255)
)


def damaged(content: bytes, damage: Damage) -> bytes:
    """The file with that damage; the same only where the byte is what stood there."""
    at = damage.where * len(content) // 1_000_000
    after = at if damage.how == "add" else at + 1
    put_in = b"" if damage.how == "drop" else bytes([damage.byte])
    return content[:at] + put_in + content[after:]
