"""The start of a trial made of what somebody chose: an alarm, a run, a kept input, or a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.forms import Submitted
from designer.drafts import read_json_text
from designer.starting.form import read_input
from designer.trials.asking import Asked, trigger_of
from designer.workflows.samples import SAMPLE_ALARM
from designer.workflows.trying import trial_start
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.schema import Schema
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import get_alarm
from runtime.runs.query import RunFilter, get_run, list_runs
from runtime.runs.start import Start
from runtime.trials.inputs import list_inputs, take_input


def start_of(  # noqa: PLR0913  which workflow, what was chosen and filled in, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    document: Mapping[str, Any],
    asked: Asked,
    form: Submitted,
    *,
    by: str,
    now: datetime,
) -> Start:
    """Make the start that was asked for.

    Raises:
        NotFoundError: no such alarm, run or kept input.
        InvalidError: nothing was chosen, or what was typed cannot be read or does not fit.
    """
    id_, trigger = trigger_of(document, asked)
    found: Start | None = None
    match asked.source:
        case "alarm":
            alarm = alarm_document(get_alarm(session, tenant_id, asked.chosen))
            found = trial_start(document, alarm, trigger_id=id_, by=by, now=now)
        case "run":
            run = get_run(session, tenant_id, asked.chosen)
            if run.flow_id != flow_id:
                raise NotFoundError("no such run of this workflow", run_id=str(run.id))
            found = _again(document, run.trigger_id, run.trigger, subject=run.subject, by=by)
        case "kept":
            kept = take_input(session, tenant_id, flow_id, asked.chosen, now=now)
            found = _again(document, kept.trigger_id, kept.trigger, subject=kept.name, by=by)
        case "form":
            found = _typed(document, id_, trigger, asked, form, by=by, now=now)
        case "":
            found = _likeliest(session, tenant_id, flow_id, document, by=by)
    return found or trial_start(document, SAMPLE_ALARM, trigger_id=id_, by=by, now=now)


def _likeliest(
    session: Session, tenant_id: UUID, flow_id: UUID, document: Mapping[str, Any], *, by: str
) -> Start | None:
    """Start it, where nobody said with what, with the input offered first or the latest run's."""
    kept = next((one for one in list_inputs(session, tenant_id, flow_id) if one.is_default), None)
    if kept is not None:
        return _again(document, kept.trigger_id, kept.trigger, subject=kept.name, by=by)
    wanted = RunFilter(flow_id=flow_id, with_trials=True)
    for run in list_runs(session, tenant_id, wanted, limit=1):
        return _again(document, run.trigger_id, run.trigger, subject=run.subject, by=by)
    return None


def _again(
    document: Mapping[str, Any],
    trigger_id: str,
    trigger: Mapping[str, Any],
    *,
    subject: str,
    by: str,
) -> Start:
    """Start it with what another run was: by its own trigger while the draft has one such."""
    found = document["triggers"].get(trigger_id)
    is_there = found is not None and found["kind"] == trigger["kind"]
    return Start(
        trigger=dict(trigger),
        trigger_id=trigger_id if is_there else None,
        subject=subject,
        started_by=by,
    )


def _typed(  # noqa: PLR0913  as above
    document: Mapping[str, Any],
    id_: str,
    trigger: Mapping[str, Any],
    asked: Asked,
    form: Submitted,
    *,
    by: str,
    now: datetime,
) -> Start:
    if trigger["kind"] not in ("manual", "flow"):
        found = _object(asked.text)
        return trial_start(document, found, trigger_id=id_, by=by, now=now)
    schema = document.get("input") or {}
    given = read_input(schema, form)
    if schema:
        Schema({"type": "object", "properties": {"input": schema}}).require(
            {"input": given}, "what the workflow is started with does not fit"
        )
    return Start(
        trigger={"kind": trigger["kind"], "input": given},
        trigger_id=id_ or None,
        subject="",
        started_by=by,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = read_json_text(text) if text else {}
    except InvalidError as error:
        raise InvalidError(error.message, problems=[Problem("/text", error.message)]) from None
    if not isinstance(found, dict):
        message = 'text: write a JSON object, such as {"managed_object": "link-7"}'
        raise InvalidError("what was typed is no object", problems=[Problem("/text", message)])
    return found
