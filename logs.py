"""One line of JSON for each thing logged; tracebacks without the values of variables."""

import logging

import structlog


def configure(level: str) -> None:
    """Log from this level on, such as `INFO`; a process calls it once, when it starts."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
    )
