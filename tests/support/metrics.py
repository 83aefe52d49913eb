"""Reading metrics as a collector would."""

from __future__ import annotations

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kernel.metrics import Collector, expose

ACCEPT = "application/openmetrics-text; version=1.0.0"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read_series(text: str) -> Series:
    """Read OpenMetrics text, by the strict parser of prometheus_client."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }


def counted(*more: Collector) -> Series:
    """Give what this process counted so far."""
    return read_series(expose(ACCEPT, *more)[0].decode())


def value(series: Series, name: str, **labels: str) -> float:
    """Give one of the series, 0 where it is not there."""
    return series.get((name, frozenset(labels.items())), 0.0)


class Counting:
    """What is counted from here on."""

    def __init__(self) -> None:
        self._before = counted()

    def since(self, name: str, **labels: str) -> float:
        """Give by how much one of the series grew."""
        return value(counted(), name, **labels) - value(self._before, name, **labels)
