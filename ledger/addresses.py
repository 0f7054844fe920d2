"""Which texts are email addresses: those that every mail server and library reads alike."""

import re

LONGEST = 254
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LAST = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
# RFC 5321, 4.1.2: a dot-string, never a quoted one, at a domain, never at a literal.
_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LAST}", re.IGNORECASE | re.ASCII
)
# Readers of mail headers take this for an encoded word.
_ENCODED = "=?"


def is_address(text: str) -> bool:
    """Whether mail can be sent to it, and to nobody else."""
    return len(text) <= LONGEST and _ENCODED not in text and bool(_ADDRESS.fullmatch(text))
