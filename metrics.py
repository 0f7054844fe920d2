"""What Prometheus may ask of a process: few series, none of them named by what people wrote."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

QUICK_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
PATIENT_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)

# The API's.
REQUESTS = Counter(
    "peerok_http_requests_total",
    "Requests by route, method and status",
    ("route", "method", "status"),
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "peerok_http_request_seconds",
    "From the request's headers to the answer's, by route and method",
    ("route", "method"),
    buckets=QUICK_S,
    registry=REGISTRY,
)
DECISIONS = Counter(
    "peerok_decisions_total",
    "Answers to decisions by command and outcome: applied, pending, or the refusal's code",
    ("command", "outcome"),
    registry=REGISTRY,
)

# The worker's.
DECIDED_SECONDS = Histogram(
    "peerok_decision_seconds",
    "From an instruction's commit to its outcome, by command",
    ("command",),
    buckets=PATIENT_S,
    registry=REGISTRY,
)
STEP_SECONDS = Histogram(
    "peerok_step_seconds",
    "A step's transaction, by command (clock: nobody's) and outcome (failed: tried again)",
    ("command", "outcome"),
    buckets=QUICK_S,
    registry=REGISTRY,
)
CONFLICTS = Counter(
    "peerok_step_conflicts_total",
    "Transactions of steps run again because another one was in the way",
    registry=REGISTRY,
)
VISIBLE = Counter(
    "peerok_steps_visible_total",
    "Tries of steps as activities of their own, because the quick ones did not succeed",
    registry=REGISTRY,
)
MAILS = Counter(
    "peerok_mails_total",
    "Tries to send a mail by what became of it; postponed: tried again later",
    ("status",),
    registry=REGISTRY,
)
SWEPT = Counter(
    "peerok_swept_total", "What the sweeper did, by its kind", ("sweep",), registry=REGISTRY
)
BROKEN = Gauge(
    "peerok_broken_workflows",
    "Workflows whose tasks keep failing, as Temporal says; at most the first hundred",
    registry=REGISTRY,
)

# What the worker reads from the books, every few seconds; each worker says the same.
MAILS_WAITING = Gauge("peerok_mails_waiting", "Mails not settled", registry=REGISTRY)
LATEST_MAIL = Gauge(
    "peerok_most_late_mail_seconds",
    "How late a mail's next try is at most",
    registry=REGISTRY,
)
TELLS_WAITING = Gauge("peerok_tells_waiting", "Signals not sent", registry=REGISTRY)
OLDEST_TELL = Gauge(
    "peerok_oldest_tell_seconds", "Age of the oldest signal not sent", registry=REGISTRY
)
UNDECIDED = Gauge("peerok_undecided", "Instructions without outcome", registry=REGISTRY)
OLDEST_UNDECIDED = Gauge(
    "peerok_oldest_undecided_seconds",
    "Age of the oldest instruction without outcome",
    registry=REGISTRY,
)
OPEN_CASES = Gauge(
    "peerok_open_cases", "Cases that are not over, by kind", ("kind",), registry=REGISTRY
)
STUCK_CASES = Gauge(
    "peerok_stuck_cases", "Cases on the radar, by reason", ("why",), registry=REGISTRY
)
OLDEST_STUCK = Gauge(
    "peerok_oldest_stuck_seconds",
    "For how long a case is on the radar at most, by reason",
    ("why",),
    registry=REGISTRY,
)
OLDEST_UNSEALED = Gauge(
    "peerok_oldest_unsealed_seconds", "Age of the oldest entry without a seal", registry=REGISTRY
)
MOST_OVERDUE = Gauge(
    "peerok_most_overdue_seconds", "How long the clock of a case is late at most", registry=REGISTRY
)
STAFF_TASKS = Gauge(
    "peerok_staff_tasks",
    "Open staff tasks that are of no case, by kind",
    ("kind",),
    registry=REGISTRY,
)
VIOLATIONS = Gauge(
    "peerok_invariant_violations",
    "What the last check found, by check",
    ("check",),
    registry=REGISTRY,
)
CHECKED_AT = Gauge(
    "peerok_invariants_checked_timestamp_seconds",
    "When a check of the books last ended",
    ("check",),
    registry=REGISTRY,
)
CHECK_SECONDS = Gauge(
    "peerok_invariants_check_seconds", "How long the last check took", ("check",), registry=REGISTRY
)
DIFFERENCES = Gauge(
    "peerok_differences",
    "Open differences between the book and the outside, by source",
    ("source",),
    registry=REGISTRY,
)
OLDEST_DIFFERENCE = Gauge(
    "peerok_oldest_difference_seconds",
    "For how long one of them is open at most",
    ("source",),
    registry=REGISTRY,
)
READ_AT = Gauge(
    "peerok_gauges_read_timestamp_seconds",
    "When this worker last read the gauges above",
    registry=REGISTRY,
)

COLLECTED = Counter(
    "peerok_collected_total",
    "Stored objects that went because nobody needed them, by what they were",
    ("what",),
    registry=REGISTRY,
)
COLLECTED_AT = Gauge(
    "peerok_collected_timestamp_seconds",
    "When this worker last looked for stored objects that nobody needs",
    registry=REGISTRY,
)

# Every process's.
POOL = Gauge(
    "peerok_pool_connections", "Connections to the database by state", ("state",), registry=REGISTRY
)


def watch_pool(*engines: AsyncEngine) -> None:
    """Show how many connections these engines have open and in use; the last watched count."""
    pools = [_pool(engine) for engine in engines]
    POOL.labels("in_use").set_function(lambda: sum(pool.checkedout() for pool in pools))
    POOL.labels("idle").set_function(lambda: sum(pool.checkedin() for pool in pools))
    POOL.labels("allowed").set(sum(pool.size() for pool in pools))


def _pool(engine: AsyncEngine) -> QueuePool:
    assert isinstance(engine.pool, QueuePool), "an engine of ours has a pool"
    return engine.pool


def page() -> bytes:
    """Everything, as Prometheus reads it."""
    return generate_latest(REGISTRY)
