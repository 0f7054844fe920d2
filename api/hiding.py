"""Addresses that open something by themselves stay out of every log."""

import logging
import re

_SECRET = re.compile(r"(?<=[?&]feed=)[^&\s]+|(?<=/content/)[^/?\s]+")


def hidden(text: str) -> str:
    """The text without what in its addresses is a secret."""
    return _SECRET.sub("…", text)


def hide_secrets() -> None:
    """Keep secret addresses out of the server's list of requests."""
    log = logging.getLogger("uvicorn.access")
    if _without_secrets not in log.filters:
        log.addFilter(_without_secrets)


def _without_secrets(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(hidden(one) if isinstance(one, str) else one for one in record.args)
    return True
