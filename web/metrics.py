"""Figures for Prometheus: counts and times by route, without content."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """One registry an application, so that two in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "anydoor_http_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram("anydoor_http_seconds", "Seconds to an answer", ["route"], registry=self.registry)
        self.received = Counter("anydoor_messages_in", "Messages made durable", ["channel"], registry=self.registry)
        self.refused = Counter(
            "anydoor_webhooks_refused", "Posts without a valid signature", ["channel"], registry=self.registry
        )
        self.streams = Gauge("anydoor_chat_streams", "Web chats watching live", registry=self.registry)
        self.parts = Gauge(
            "anydoor_part_ok", "1 when a part is ready or off on purpose", ["part"], registry=self.registry
        )
        self.waits = Gauge(
            "anydoor_oldest_waiting_seconds",
            "How long the oldest waits: to be answered, sent, taken on (a safety alert), sealed (the audit)",
            ["kind"],
            registry=self.registry,
        )
        self.content = Gauge(
            "anydoor_content_publication", "The publication that this process answers by", registry=self.registry
        )

    def text(self, readiness: dict[str, str], publication: int = 0, waiting: dict[str, float] | None = None) -> bytes:
        """The exposition, with the readiness of every part as it is now, and how long the oldest of a kind waits."""
        self.content.set(publication)
        for kind, seconds in (waiting or {}).items():
            self.waits.labels(kind).set(seconds)
        for part, words in readiness.items():
            self.parts.labels(part).set(words in {"ok", "off"})
        return generate_latest(self.registry)
