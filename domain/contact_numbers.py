"""Telephone numbers in a text, told from prices, years, sizes and the numbers of things."""

import re
from collections.abc import Iterator
from itertools import pairwise

FEWEST, MOST = 7, 15
"""How many digits a number has, with its country (E.164)."""


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where each of them begins and ends; `text` has its digits as ASCII."""
    for match in _RUN.finditer(text):
        if _is_number(text, match):
            yield match.span()
    for match in _SPOKEN.finditer(text):
        digits = [_WORDS.index(word) % 10 for word in _WORD.findall(match[0].lower())]
        if not _counts(digits):
            yield match.span()


_RUN = re.compile(r"(?<![\w.,/#+-])(?:\(?\+ ?|\()?\d(?:[ .()/-]{0,3}\d){6,19}(?![\w%]|[.,-]\d)")
_ASKED_FOR = re.compile(
    r"(?:\b(?:call|phone|tel|telephone|mobile|cell|whats ?app|viber|signal|telegram|sms|text|ring"
    r"|dial|fax|hotline)\b|\b(?:contact|reach|message) (?:me|us)\b|☎|📞)[^\d\n]{0,20}$",
    re.IGNORECASE,
)
_NOT_ASKED_FOR = re.compile(
    r"(?:\b(?:isbn|issn|ean|iban|order|invoice|ref|article|item|part|version|v|model|patent|no"
    r"|number of \w+|vat|tax id|from|between|since)\b[^\w\n]{0,4}|[$€£¥₹] ?)$",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r" ?(?:px|pixels?|mm|cm|m|km|in|inch(?:es)?|dpi|ppi|kb|mb|gb|g|kg|words?|characters?|pages?"
    r"|usd|eur|gbp|dollars?|euros?|customers?|users?|people|views?|items?|[$€£¥₹%])(?!\w)",
    re.IGNORECASE,
)
_USUAL = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}")
"""As they are written in North America."""
_DATE = re.compile(r"(?:\d{4}([-./])\d\d?\1\d\d?|\d\d?([-./])\d\d?\2\d{4})(?: \d\d?)?")
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D*)+")
_ROUND = re.compile(r"\+?\d{1,3}([ .])\d{3}(?:\1\d{3})*\1000|\d+0{5,}")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh")
_WORD = re.compile("|".join(_WORDS))
_SPOKEN = re.compile(
    rf"\b(?:{'|'.join(_WORDS)})(?:[ ,.-]{{1,2}}(?:{'|'.join(_WORDS)})){{6,14}}\b", re.IGNORECASE
)


def _is_number(text: str, match: re.Match[str]) -> bool:
    """With its country's number it is one by itself, else by its form or the words before it."""
    shown, before = match[0], text[max(0, match.start() - 40) : match.start()]
    digits = [int(digit) for digit in shown if digit.isdigit()]
    if not FEWEST <= len(digits) <= MOST or _counts(digits) or _is_something_else(shown):
        return False
    if _NOT_ASKED_FOR.search(before) or _MEASURED.match(text, match.end()):
        return False
    if shown.lstrip("(").startswith(("+", "00")):
        return len(digits) > FEWEST
    spaced = re.fullmatch(r"\d(?:[ .-]\d){6,14}", shown)
    return bool(spaced or _USUAL.fullmatch(shown) or _ASKED_FOR.search(before))


def _is_something_else(shown: str) -> bool:
    """A day, some years, a large sum, a book, or the address of a machine."""
    if any(one.fullmatch(shown) for one in (_DATE, _YEARS, _ROUND)):
        return True
    digits = re.sub(r"\D", "", shown)
    if len(digits) == 13 and digits.startswith(("978", "979")):
        return True
    parts = shown.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


def _counts(digits: list[int]) -> bool:
    """Whether somebody only counts: one, two, three."""
    steps = {later - earlier for earlier, later in pairwise(digits)}
    return steps in ({1}, {-1}, {0})
