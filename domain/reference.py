"""A reference to write on a transfer: short, of its own, and wrong as soon as a sign of it is."""

from stdnum.iso7064 import mod_37_36

TAIL = 8
"""How much of a case's id it carries: 40 bits of chance."""
HEAD = "PK"
LENGTH = len(HEAD) + TAIL + 1


def reference_of(case_id: str) -> str:
    """The reference of this case: `PK`, the end of its id, and a check digit (ISO 7064)."""
    body = HEAD + case_id[-TAIL:].upper()
    return body + mod_37_36.calc_check_digit(body)


def as_read(text: str) -> str | None:
    """The reference as somebody copied it; None when it cannot be one."""
    found = "".join(text.split()).upper()
    shaped = len(found) == LENGTH and found.startswith(HEAD) and found.isascii()
    return found if shaped and mod_37_36.is_valid(found) else None
