"""Spans for sites that run OpenTelemetry: what was done, for which ids, how long it took, never a word of anybody's.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set; then nothing of OpenTelemetry is even imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from services.errors import SettingsError
from services.settings import Settings

NAME = "anydoor"
NAMELESS = "unknown_service"
"""What OpenTelemetry calls a service without a name, and perhaps its program."""
SECONDS = 2
"""For a batch of spans, unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise: a collector that is away delays no stop for longer."""


class Span(Protocol):
    """What is being done; more can be said of it while it is."""

    def set_attributes(self, attributes: Mapping[str, str | int | bool]) -> None: ...


class _Unseen:
    """The span of a site that traces nothing."""

    def set_attributes(self, attributes: Mapping[str, str | int | bool]) -> None:
        return None


_NOTHING = nullcontext[Span](_Unseen())
_provider: Any = None
_tracer: Any = None


def start(settings: Settings) -> None:
    """Send spans where the settings say; how (headers, sampling, name) is OpenTelemetry's own OTEL_ environment.

    Raises SettingsError where its packages are not installed.
    """
    global _provider, _tracer
    if not settings.traces_url or _provider is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed. Install requirements-tracing.lock "
            "(docs/running.md), or take the setting out."
        ) from missing
    _provider = TracerProvider(resource=_named(), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_patience())))
    _tracer = _provider.get_tracer(NAME)


def _patience() -> int | None:
    return None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else SECONDS


def _named() -> Any:
    """What a site says of this service (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES), by our own name where it gives none."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    said = Resource.create()
    nameless = str(said.attributes.get(SERVICE_NAME, NAMELESS)).startswith(NAMELESS)
    return said.merge(Resource({SERVICE_NAME: NAME})) if nameless else said


def stop() -> None:
    """Send what is left, and trace nothing more."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


def span(name: str, **ids: str | int | bool) -> AbstractContextManager[Span]:
    """Times what is done inside it. `ids`: numbers and kinds of ours; nothing that somebody wrote, no number, no name."""
    return _NOTHING if _tracer is None else _open(_tracer, name, ids)


@contextmanager
def _open(tracer: Any, name: str, ids: Mapping[str, str | int | bool]) -> Iterator[Span]:
    """An exception is told by its type alone: its own words may hold somebody's."""
    from opentelemetry.trace import Status, StatusCode

    told = {f"{NAME}.{key}": value for key, value in ids.items()}
    kept = {"record_exception": False, "set_status_on_exception": False}
    with tracer.start_as_current_span(name, attributes=told, **kept) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
