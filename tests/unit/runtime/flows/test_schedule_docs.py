"""What docs/schedules.md and docs/calendars.md show can be published."""

from __future__ import annotations

import json
import re
from pathlib import Path

from blocks.registry import standard_registry
from runtime.calendars.model import calendar_problems
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

DOCS = Path(__file__).parents[4] / "docs"


def shown(page: str) -> str:
    (example,) = re.findall(r"```json\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    return str(example)


def test_the_schedules_have_no_problems() -> None:
    triggers = [json.loads(line) for line in shown("schedules.md").splitlines()]
    document = flow_document(
        {"note": step("write-log", config={"message": "Hi"})},
        [f"t{number} > note" for number in range(len(triggers))],
        triggers={f"t{number}": one for number, one in enumerate(triggers)},
    )

    assert len(triggers) == 3
    assert check_flow(document, standard_registry()) == []


def test_the_calendar_has_no_problems() -> None:
    assert calendar_problems(json.loads(shown("calendars.md"))) == []
