"""What a worker's process shows of itself: its metrics, and the logs and metrics of the SDK."""

import logging

from prometheus_client import start_http_server
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

import metrics
from settings import Settings

CORE_LEVELS = {"DEBUG": "DEBUG", "INFO": "WARN", "WARNING": "WARN", "ERROR": "ERROR"}
"""What the SDK's core calls our levels; what is news to it is none to us."""


def begin(our: Settings) -> None:
    """Open the ports that are configured; a process calls it once, before it connects."""
    if our.metrics_port is not None:
        start_http_server(our.metrics_port, our.metrics_host, metrics.REGISTRY)
    port = our.temporal_metrics_port
    _run(our, PrometheusConfig(f"{our.metrics_host}:{port}") if port is not None else None)


def begin_quietly(our: Settings) -> None:
    """The same for the API's process, which has doors of its own: only the SDK's logs."""
    _run(our, None)


def _run(our: Settings, shown: PrometheusConfig | None) -> None:
    telemetry = TelemetryConfig(logging=_logging(our.log_level), metrics=shown)
    Runtime.set_default(Runtime(telemetry=telemetry))


def _logging(level: str) -> LoggingConfig:
    """What the SDK's core says goes through our logs."""
    forwarding = LogForwardingConfig(
        logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        append_log_fields_to_message=False,
    )
    quiet = TelemetryFilter(core_level=CORE_LEVELS[level], other_level="ERROR")
    return LoggingConfig(filter=quiet, forwarding=forwarding)
