"""What Prometheus may read: requests, their time, runs by state. No names of keys or firms.

With several processes the counts lie in files of the folder ``PROMETHEUS_MULTIPROC_DIR``, which
``service`` sets before this module is loaded.
"""

import os
from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

MEDIA = CONTENT_TYPE_LATEST
_REQUESTS = Counter("chainmatch_requests", "Answered requests.", ("method", "route", "status"))
_SECONDS = Histogram(
    "chainmatch_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ("route",),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; ``route`` is the pattern of its path."""
    _REQUESTS.labels(method, route, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)


class _Now(Collector):
    """Figures that are true at the moment of reading."""

    def __init__(self, runs: Mapping[str, int], firms: int) -> None:
        self._runs, self._firms = runs, firms

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the gauges."""
        runs = GaugeMetricFamily("chainmatch_runs", "Runs by state.", labels=["state"])
        for state, number in self._runs.items():
            runs.add_metric([state], number)
        firms = GaugeMetricFamily("chainmatch_firms", "Firms that can be looked up.", self._firms)
        return [runs, firms]


def page(runs: Mapping[str, int], firms: int) -> bytes:
    """Return the figures of all processes in the format of Prometheus."""
    now = CollectorRegistry()
    now.register(_Now(runs, firms))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(now)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together) + generate_latest(now)
