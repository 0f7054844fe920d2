"""What counts as text: no control characters, no halves of characters."""

import re

# Tab and line ends are text. Other control characters and halves of surrogate pairs are not:
# the books keep neither a NUL nor a half.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def plain(text: str) -> str:
    """The text itself; ValueError when something in it is not text."""
    if _NO_TEXT.search(text):
        raise ValueError("control characters and half characters are not text")
    return text
