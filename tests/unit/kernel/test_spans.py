"""When spans are exported: only where the standard settings name a collector."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kernel import spans
from kernel.spans import child_of
from kernel.trace import Traceparent

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


def test_a_child_belongs_to_its_parents_trace_and_has_an_id_of_its_own() -> None:
    parent = Traceparent(7, 8)

    child = child_of(parent, trace_id=9)

    assert child.trace_id == 7
    assert child.span_id not in (0, 8)
