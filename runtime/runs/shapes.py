"""Runs as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import (
    ANYTHING,
    FLAG,
    ID,
    INSTANT,
    OBJECT,
    TEXT,
    WHOLE,
    choice,
    many,
    maybe,
    shape,
    with_more,
)
from runtime.runs.filters import NAMES
from runtime.runs.listing import KINDS, STATES

RUN = shape(
    "Run",
    id=ID,
    flow_id=ID,
    flow=TEXT,
    version_id=ID,
    state=TEXT,
    is_held=FLAG,
    is_cancelling=FLAG,
    trigger_kind=TEXT,
    subject=TEXT,
    started_by=TEXT,
    is_trial=FLAG,
    parent_run_id=maybe(ID),
    rerun_of=maybe(ID),
    error=maybe(OBJECT),
    started_at=INSTANT,
    ended_at=maybe(INSTANT),
)
STEP = shape(
    "RunStep",
    step=TEXT,
    attempt=WHOLE,
    block=TEXT,
    state=TEXT,
    config=ANYTHING,
    input=ANYTHING,
    output=ANYTHING,
    port=maybe(TEXT),
    error=maybe(OBJECT),
    logs=ANYTHING,
    progress=maybe(OBJECT),
    queued_at=INSTANT,
    started_at=maybe(INSTANT),
    ended_at=maybe(INSTANT),
    wait_until=maybe(INSTANT),
)
RUN_WITH_STEPS = with_more(
    "RunWithSteps",
    RUN,
    trigger=ANYTHING,
    output=ANYTHING,
    steps=many(STEP),
    next_steps_cursor=maybe(TEXT),
)
COUNTS = {"type": "object", "additionalProperties": shape(count=WHOLE, is_least=FLAG)}
MANY_DONE = shape(
    done=WHOLE,
    failed=WHOLE,
    items=many(
        {
            "type": "object",
            "required": ["id", "done"],
            "properties": {"id": ID, "done": FLAG, "code": TEXT, "detail": TEXT, "run_id": ID},
        }
    ),
)
QUERY = {
    **dict.fromkeys(NAMES, TEXT),
    "state": choice(*STATES),
    "q": {**TEXT, "description": "A part of what started it, or its id"},
    "kind": {**choice(*KINDS), "description": "What started it"},
    "flow": {**ID, "description": "Of one workflow"},
    "error": {**TEXT, "description": "An error's code, or any"},
    "since": {**TEXT, "description": "Started from then on: an instant, or local in `zone`"},
    "until": {**TEXT, "description": "Started before then"},
    "zone": {**TEXT, "description": "Of local times, such as Europe/Zurich"},
    "trials": choice("true", "false"),
}
