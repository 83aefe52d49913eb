"""The log: one line an event, whoever wrote it, and no secrets in it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from garland.logs import set_up_logs


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.root
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_events_and_lines_of_libraries_have_one_shape(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json", process="worker")

    structlog.get_logger("runs").info("run_started", run_id="7")
    logging.root.warning("disk %s", "full")

    ours, theirs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"event": "run_started", "run_id": "7", "level": "info"}.items() <= ours.items()
    assert {"event": "disk full", "level": "warning", "process": "worker"}.items() <= theirs.items()


def test_an_exception_shows_where_but_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json", process="web")
    local = "hunter2"

    try:
        int(local[:0])
    except ValueError:
        structlog.get_logger("web").exception("request_failed")

    written = capsys.readouterr().out
    assert "ValueError" in written
    assert "hunter2" not in written


def test_what_is_less_than_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("console", process="web", level="WARNING")

    structlog.get_logger("web").info("page_shown")

    assert capsys.readouterr().out == ""
