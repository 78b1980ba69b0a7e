"""What the server counts; `metrics` shows it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "harmony_http_requests", "Answers by what was asked for.", ["kind", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "harmony_http_seconds", "Time to an answer's end.", ["kind"], registry=REGISTRY,
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip
CONNECTIONS = Gauge("harmony_open_pages", "Open pages: connections now.", registry=REGISTRY)
REFUSED = Counter("harmony_refused", "Requests refused, by reason.", ["reason"], registry=REGISTRY)
for reason in ("host", "login", "origin", "upload"):
    REFUSED.labels(reason)
ProcessCollector(registry=REGISTRY)
