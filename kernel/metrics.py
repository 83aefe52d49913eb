"""Counters and histograms of a process, and their text for whoever collects them.

The only user of prometheus_client. A process counts in its memory, or, where
`PROMETHEUS_MULTIPROC_DIR` names a folder (`garland up` does), in a file there that carries the
process's name: then one of them can tell the sum of all, and a process that was killed and started
again counts on. Labels are few: never a person or an address, and of tenants only so many as
whoever runs the installation wants, in gauges that are looked up when asked for (`largest`).
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    values,
)
from prometheus_client import Histogram as OneByOne
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from kernel.names import own_name

__all__ = ["Collector", "Counter", "Histogram", "Metric", "counter", "expose", "gauge", "histogram"]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SHORT_S = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0, 600.0)
LONG_S = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 86_400.0)
LABEL_VALUES_MAX = 300
OTHER = "other"

_registry = CollectorRegistry()
disable_created_metrics()  # type: ignore[no-untyped-call]  # half as many series, and nobody asks
if FOLDER in os.environ:
    Path(os.environ[FOLDER]).mkdir(parents=True, exist_ok=True)
    _named = own_name()  # asked for once: it is looked at with every count
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
        (lambda: _named) if _named else os.getpid
    )


class Histogram(OneByOne):
    """A histogram that takes many observations for the price of few.

    It leans on how the library keeps its buckets; a test holds it to what one by one gives.
    """

    def observe_many(self, amounts: Iterable[float]) -> None:
        """Observe each of these amounts."""
        found: dict[int, int] = {}
        total = 0.0
        for amount in amounts:
            place = bisect_left(self._upper_bounds, amount)
            found[place] = found.get(place, 0) + 1
            total += amount
        self._sum.inc(total)
        for place, number in found.items():
            self._buckets[place].inc(number)


def counter(name: str, told: str, *labels: str) -> Counter:
    """Make a counter; its series is called `name` and `_total`."""
    return Counter(name, told, labels, registry=_registry)


def histogram(name: str, told: str, *labels: str, buckets: Iterable[float] = SHORT_S) -> Histogram:
    """Make a histogram; `buckets` are upper bounds."""
    return Histogram(name, told, labels, registry=_registry, buckets=tuple(buckets))


def gauge(
    name: str, told: str, found: Iterable[tuple[tuple[str, ...], float]], *labels: str
) -> Metric:
    """Make what a source of gauges gives: a value for each tuple of label values."""
    family = GaugeMetricFamily(name, told, labels=labels)
    for label_values, value in found:
        family.add_metric(label_values, value)
    return family


class Bounded:
    """Keeps the values of a label few: those that come after so many are called `other`.

    >>> few = Bounded(most=1)
    >>> few("a"), few("b"), few("a")
    ('a', 'other', 'a')
    """

    def __init__(self, most: int = LABEL_VALUES_MAX) -> None:
        self._known: set[str] = set()
        self._most = most

    def __call__(self, value: str) -> str:
        if value in self._known:
            return value
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(value)
        return value


def largest(found: Mapping[str, float], most: int) -> list[tuple[tuple[str, ...], float]]:
    """Give the largest values by their label, so many at most; the rest together is `other`.

    Which are named changes as they do, and the sum is always that of all. Whoever is called
    `other` is counted there.

    >>> largest({"a": 1, "b": 5, "c": 2, "d": 0}, 2)
    [(('b',), 5), (('c',), 2), (('other',), 1)]
    >>> largest({"a": 1}, 2), largest({"a": 1}, 0)
    ([(('a',), 1), (('other',), 0)], [(('other',), 1)])
    """
    named = sorted(
        (one for one in found if found[one] and one != OTHER), key=lambda one: (-found[one], one)
    )[:most]
    rest = sum(value for one, value in found.items() if one not in named)
    return [*(((one,), found[one]) for one in named), ((OTHER,), rest)]


def expose(accept: str | None, *more: Collector) -> tuple[bytes, str]:
    """Write all metrics in the format that is asked for; give the text and its content type.

    Args:
        accept: The request's Accept header: OpenMetrics where it is named, else Prometheus' text.
        more: What is told beside the counters of this process, or of all that share a folder.
    """
    asked = CollectorRegistry(auto_describe=False)
    folder = os.environ.get(FOLDER)
    if folder is not None:
        MultiProcessCollector(asked, path=folder)  # type: ignore[no-untyped-call]
    else:
        asked.register(_registry)
        ProcessCollector(registry=asked)
        PlatformCollector(registry=asked)
    for one in more:
        asked.register(one)
    encode, content_type = choose_encoder(accept or "")
    return encode(asked), content_type


def names() -> set[str]:
    """Name every counter and histogram that was made."""
    return {family.name for family in _registry.collect()}
