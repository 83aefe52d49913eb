"""When spans are exported: only where the standard settings name a collector."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from kernel import spans
from kernel._otel import OtelExporter
from kernel.spans import Span, child_of
from kernel.trace import Traceparent
from tests.support.collector import running_collector

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="nothing set"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, id="empty"),
        pytest.param({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, id="disabled"),
        pytest.param({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, id="no exporter"),
    ],
)
def test_stays_off(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert not spans.switch_on("worker")
    assert not spans.is_on()


def test_nothing_that_exports_is_loaded_while_it_is_off() -> None:
    program = (
        "import sys, garland.worker, kernel.spans\n"
        "kernel.spans.switch_on('worker')\n"
        "exporting = ('opentelemetry.exporter', 'opentelemetry.sdk.trace')\n"
        "print([one for one in sys.modules if one.startswith(exporting)])"
    )

    assert subprocess.check_output([sys.executable, "-c", program], env={}, text=True) == "[]\n"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, "garland-worker", id="by the kind of process"),
        pytest.param({"OTEL_SERVICE_NAME": "mine"}, "mine", id="by the standard setting"),
        pytest.param({"OTEL_RESOURCE_ATTRIBUTES": "service.name=ours"}, "ours", id="by attribute"),
    ],
)
def test_a_service_is_named(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        exporter = OtelExporter("worker")
        exporter.tell(
            Span(name="s", context=Traceparent(1, 2), parent=None, began_ns=1, ended_ns=2)
        )
        exporter.close(within_s=10)

    assert [span.service for span in collector.spans] == [expected]


def test_a_collector_that_is_away_holds_up_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "6")
    before = set(threading.enumerate())
    assert spans.switch_on("worker")
    spans.tell(Span(name="s", context=Traceparent(1, 2), parent=None, began_ns=1, ended_ns=2))
    began = time.monotonic()

    spans.switch_off()

    assert time.monotonic() - began < spans.CLOSED_WITHIN_S + 1
    assert not spans.is_on()
    for thread in set(threading.enumerate()) - before:
        thread.join()  # else it goes on asking in other tests' time


def test_a_child_belongs_to_its_parents_trace_and_has_an_id_of_its_own() -> None:
    parent = Traceparent(7, 8)

    child = child_of(parent, trace_id=9)

    assert child.trace_id == 7
    assert child.span_id not in (0, 8)
