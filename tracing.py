"""Traces from a request to its posting, when a collector is configured; else nothing is made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi import FastAPI
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.propagators.textmap import CarrierT, Getter, default_getter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
)
from opentelemetry.trace import Link, SpanKind, Status, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes
from temporalio.client import Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor

from settings import Settings

TRACER = trace.get_tracer("peerok")
SHOWN = frozenset(
    {
        *("http.method", "http.request.method", "http.route"),
        *("http.status_code", "http.response.status_code"),
        *("db.system", "db.system.name", "db.name", "db.namespace"),
        *("db.statement", "db.query.text"),
        *("peerok.case_id", "peerok.instruction_id", "peerok.workflow_id", "temporalWorkflowID"),
    }
)
"""What may leave the process; whatever else a library adds may say who asked, or with what."""
UNSEEN = "healthz,readyz,metrics"
PARENT = "traceparent"
CARRIED = TraceContextTextMapPropagator()
"""How a place in a trace becomes text: ids alone."""


def begin(our: Settings, service: str) -> None:
    """Send the traces of this process to the collector, if there is one."""
    if our.otlp_endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{our.otlp_endpoint.rstrip('/')}/v1/traces")
    provider = TracerProvider(
        sampler=ParentBased(_Roots()), resource=Resource.create({"service.name": service})
    )
    provider.add_span_processor(BatchSpanProcessor(_Discreet(exporter), schedule_delay_millis=1000))
    trace.set_tracer_provider(provider)
    propagate.set_global_textmap(_Deaf())
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call] # it has no types


def follow(app: FastAPI) -> None:
    """A span for each request of this app."""
    FastAPIInstrumentor.instrument_app(app, excluded_urls=UNSEEN, exclude_spans=["receive", "send"])


def interceptors(our: Settings) -> list[Interceptor]:
    """What makes a span of each signal and start that a client sends."""
    return [] if our.otlp_endpoint is None else [_Signals()]


def on() -> bool:
    """Whether this process sends traces."""
    return isinstance(trace.get_tracer_provider(), TracerProvider)


def parent() -> str | None:
    """The place in its trace of what runs now, as text that can be kept; None: not traced."""
    carrier: dict[str, str] = {}
    CARRIED.inject(carrier)
    return carrier.get(PARENT)


@contextmanager
def span(name: str, under: str | None, **attributes: str | None) -> Iterator[None]:
    """What is done in this block, as a part of the trace it was kept from."""
    given = {f"peerok.{key}": value for key, value in attributes.items() if value is not None}
    before = CARRIED.extract({PARENT: under}) if under else None
    with TRACER.start_as_current_span(name, before, attributes=given):
        yield


class _Deaf(TraceContextTextMapPropagator):
    """A trace begins at our edge.

    What a caller sends as theirs may be anything, and would go on into histories.
    """

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        return context or Context()


class _Signals(TracingInterceptor):
    """Puts into a signal's header where it stands in its trace, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.text_map_propagator = CARRIED


class _Roots(Sampler):
    """A statement of a loop that nobody asked for begins no trace of its own."""

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if kind is SpanKind.CLIENT:
            return SamplingResult(Decision.DROP)
        return ALWAYS_ON.should_sample(parent_context, trace_id, name, kind, attributes, links)

    def get_description(self) -> str:
        return "what somebody asked for"


class _Discreet(SpanExporter):
    """Exports of spans what is `SHOWN`, without the words of errors, which may quote a row."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_discreet(one) for one in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _discreet(one: ReadableSpan) -> ReadableSpan:
    kept = {k: v for k, v in (one.attributes or {}).items() if k in SHOWN}
    return ReadableSpan(
        name=one.name,
        context=one.context,
        parent=one.parent,
        resource=one.resource,
        attributes=kept,
        links=one.links,
        kind=one.kind,
        status=Status(one.status.status_code),
        start_time=one.start_time,
        end_time=one.end_time,
        instrumentation_scope=one.instrumentation_scope,
    )
