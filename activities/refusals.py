"""Which refusals of a mail are its mailbox's own, and so the party's (docs/adr/0014)."""

import re

from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPResponseException

THE_MAILBOXS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.2.2"})
"""RFC 3463 and 7505: no such mailbox or domain, moved, null MX; disabled, full."""
NO_SUCH_MAILBOX = 550
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")


def is_the_mailboxs(refusal: SMTPResponseException) -> bool:
    """Whether the party's own mailbox refuses for good; any other fault is ours or passing."""
    at_recipient = isinstance(refusal, SMTPRecipientRefused)
    if refusal.code < 500 or not (at_recipient or isinstance(refusal, SMTPDataError)):
        return False
    enhanced = _ENHANCED.match(refusal.message)
    if enhanced is None:
        return at_recipient and refusal.code == NO_SUCH_MAILBOX
    return enhanced.group() in THE_MAILBOXS
