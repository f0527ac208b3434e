"""The endpoint `/metrics`, in Prometheus' text: how the gate is used, and what the app says of itself.

It is for a monitoring system: with the token of the settings, or, without one, from this machine alone and by one of its
own names. For everybody else the address is one like any other, which needs a session.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sign_in import headers

PATH = "/metrics"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
CONTENT = "text/plain; version=0.0.4; charset=utf-8"


class MeasuredFigure(Protocol):
    """What the app says of itself: a name, a sentence, a value, and whether it only ever grows."""

    @property
    def name(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def counts_up(self) -> bool: ...


class _OfTheApp(Collector):
    def __init__(self, read: Callable[[], Iterable[MeasuredFigure]]) -> None:
        self.read = read

    def collect(self) -> Iterator[Metric]:
        for figure in self.read():
            if figure.value is None:
                continue
            kind = CounterMetricFamily if figure.counts_up else GaugeMetricFamily
            yield kind(f"concord_{figure.name}", figure.says, value=figure.value)


class Measurements:
    """Counts of one gate, and the answer to who asks for them."""

    def __init__(self, token: str, read: Callable[[], Iterable[MeasuredFigure]] | None) -> None:
        self.token, self.registry = token, CollectorRegistry()
        self.requests = Counter(
            "concord_http_requests", "Answers of the gate, by kind.", ["status"], registry=self.registry
        )
        self.acts = Counter(
            "concord_page_runs", "Runs of pages and files that people asked for.", registry=self.registry
        )
        if read is not None:
            self.registry.register(_OfTheApp(read))

    def answered(self, status: int) -> None:
        """Count an answer by its hundred."""
        self.requests.labels(f"{status // 100}xx").inc()

    def may_read(self, request: Request, hosts: Sequence[str]) -> bool:
        """Whether the figures are for this asker: who knows the token, or this machine itself where there is none."""
        if not headers.host_allowed(request.headers.get("host", ""), (*hosts, *LOOPBACK)):
            return False
        if self.token:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())
        # A proxy on this machine hands on the app's own name, and a page at a rebound name has that one.
        if not headers.host_allowed(request.headers.get("host", ""), LOOPBACK):
            return False
        # Behind a proxy everybody may seem to come from here.
        if any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via")):
            return False
        try:
            return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
        except ValueError:
            return False

    def text(self) -> Response:
        """The figures as text; asks the application database."""
        return PlainTextResponse(
            generate_latest(self.registry).decode(), media_type=None, headers={"content-type": CONTENT}
        )
