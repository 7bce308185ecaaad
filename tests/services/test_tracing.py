"""What a trace tells: every step of a message, with ids and times, and nothing of what anybody wrote."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from services import tracing
from services.errors import SettingsError
from services.settings import Settings
from tests.browser.servers import free_port
from tests.journeys.product import running
from tests.stand_ins.server import TolerantServer

WORDS = "my name is Quillfeather and my marmalade back hurts"
NUMBER = "+447700900417"


class Collector:
    """A collector of traces on loopback, which takes what OpenTelemetry sends over HTTP."""

    def __init__(self) -> None:
        collector = self
        self.bodies: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return None

        self.server = TolerantServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def resource(self) -> dict[str, str]:
        """What the first request says of who sent it."""
        request = ExportTraceServiceRequest.FromString(self.bodies[0])
        return {each.key: each.value.string_value for each in request.resource_spans[0].resource.attributes}

    @property
    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting(monkeypatch) as made:
        yield made


@contextmanager
def collecting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Spans go to a collector from here on."""
    made = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.url)
    tracing.start(Settings())
    yield made
    tracing.stop()
    made.server.shutdown()
    made.server.server_close()


def told(span: Span) -> dict[str, str | int | bool]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def test_a_message_is_traced_from_the_post_to_the_reply_by_ids_alone(collector: Collector, tmp_path: Path) -> None:
    with running(tmp_path) as product:
        assert product.text(NUMBER, WORDS).status_code == 200
        product.twilio.wait_for(NUMBER, 1)
    tracing.stop()
    accepted, heard, taken, sent = (collector.named(name)[0] for name in ("accept", "hear", "turn", "send"))
    ids = {key: told(accepted)[key] for key in ("anydoor.conversation", "anydoor.message")}
    assert told(heard) == told(taken) == ids
    assert told(sent)["anydoor.channel"] == told(accepted)["anydoor.channel"] == "sms"
    posted = next(span for span in collector.named("request") if told(span)["http.request.method"] == "POST")
    assert told(posted)["http.route"] == "/webhooks/twilio/sms"
    assert told(posted)["http.response.status_code"] == 200
    assert accepted.parent_span_id == posted.span_id
    everything = b"".join(collector.bodies).lower()
    assert [word for word in (b"quillfeather", b"marmalade", b"7700900417") if word in everything] == []


@pytest.mark.parametrize(
    ("set_by_the_site", "name"),
    [
        ({}, "anydoor"),
        ({"OTEL_SERVICE_NAME": "workwell"}, "workwell"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=from-attributes,deployment.environment=test"}, "from-attributes"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test"}, "anydoor"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=other", "OTEL_SERVICE_NAME": "workwell"}, "workwell"),
    ],
)
def test_the_site_names_the_service_and_we_only_where_it_does_not(
    monkeypatch: pytest.MonkeyPatch, set_by_the_site: dict[str, str], name: str
) -> None:
    for key in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(key, raising=False)
    for key, value in set_by_the_site.items():
        monkeypatch.setenv(key, value)
    with collecting(monkeypatch) as made:
        with tracing.span("turn"):
            pass
        tracing.stop()
        assert made.resource["service.name"] == name
        named_too = "deployment.environment" in set_by_the_site.get("OTEL_RESOURCE_ATTRIBUTES", "")
        assert made.resource.get("deployment.environment") == ("test" if named_too else None)


def test_what_fails_is_told_by_its_type_and_not_by_its_words(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Quillfeather"), tracing.span("turn", conversation=7):
        raise ValueError(WORDS)
    tracing.stop()
    failed = collector.named("turn")[0]
    assert (failed.status.code, failed.status.message) == (Status.STATUS_CODE_ERROR, "ValueError")
    assert list(failed.events) == []
    assert b"Quillfeather" not in b"".join(collector.bodies)


def test_a_site_that_does_not_ask_for_it_traces_nothing() -> None:
    tracing.start(Settings())
    with tracing.span("turn", conversation=7) as span:
        span.set_attributes({"anything": 1})
    assert not hasattr(span, "get_span_context")


def test_without_the_packages_the_start_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"requirements-tracing\.lock"):
        tracing.start(Settings(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318"))  # type: ignore[call-arg]


def test_a_collector_that_is_away_costs_nobody_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracing.start(Settings())
    try:
        with running(tmp_path) as product:
            assert product.text(NUMBER, WORDS).status_code == 200
            product.twilio.wait_for(NUMBER, 1)
    finally:
        tracing.stop()
