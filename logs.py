"""One line of JSON for each thing logged, with the ids it is about and without people's words."""

import logging
import logging.config
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger
from temporalio import activity, workflow


def configure(level: str) -> None:
    """Log from this level on, such as `INFO`; a process calls it once, when it starts."""
    structlog.configure(
        processors=[*_shared(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
    )
    logging.config.dictConfig(_libraries(level.upper()))
    logging.captureWarnings(True)
    # Their ids are fields of the line; without this they stand in its words too.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False


def announce(event: str) -> None:
    """Say this at every level: whoever started the process waits for it."""
    processors = [*_shared(), structlog.processors.JSONRenderer()]
    line = structlog.wrap_logger(structlog.PrintLogger(), processors, structlog.BoundLogger)
    line.info(event)


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _libraries(level: str) -> dict[str, Any]:
    """What uvicorn, Temporal's SDK and others log leaves through the same door."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "pass_foreign_args": True,
        "foreign_pre_chain": [*_shared(), structlog.stdlib.add_logger_name, _of_library],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    }
    handler = {"()": _Out, "formatter": "json"}
    through_root = {"handlers": [], "propagate": True, "level": level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"out": handler},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "uvicorn": through_root,
            "uvicorn.access": through_root,
            "uvicorn.error": through_root,
            "temporalio": through_root,
        },
    }


class _Out(logging.StreamHandler[TextIO]):
    """Writes where this process prints now, like structlog itself."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override] # the one of the moment
        return sys.stdout


def _of_library(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """A library's line in our words: what an access was, which workflow a worker speaks of."""
    record: logging.LogRecord = line["_record"]
    arguments = line.pop("positional_args", ())
    if record.name == "uvicorn.access" and len(arguments) == 5:
        # Who asked (the first argument) and with which query are people's, not ours to keep.
        _client, method, path, _version, status = arguments
        asked = {"method": method, "path": str(path).partition("?")[0], "status": status}
        line.update(asked, event="request")
        return line
    for name in ("workflow", "activity"):
        about = getattr(record, f"temporal_{name}", None)
        if isinstance(about, Mapping):
            line.setdefault("workflow_id", about.get("workflow_id"))
            line[name] = about.get(f"{name}_type")
    return line
