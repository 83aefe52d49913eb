"""Recalls over REST: made by a provider, read by those they reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, describe, listed, many, shape
from kernel.schema import Schema
from marketplace.recalls import reading, store
from marketplace.recalls._tables import REASON_MAX
from marketplace.recalls.model import WORDS, Fate
from marketplace.recalls.reading import RecallView, ReceivedView

api = Blueprint("recalls_api", __name__, url_prefix="/api/v1/recalls")

_WISHED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["digest", "reason"],
        "properties": {
            "digest": TEXT,
            "reason": {"type": "string", "minLength": 1, "maxLength": REASON_MAX},
            "lets_finish": FLAG,
            "replacement": TEXT,
        },
    }
)
_COUNTS = {"type": "object", "additionalProperties": WHOLE}
RECALL = shape(
    "Recall",
    id=ID,
    block=TEXT,
    version=TEXT,
    digest=TEXT,
    reason=TEXT,
    lets_finish=FLAG,
    replacement=TEXT,
    organisations=WHOLE,
    runs=_COUNTS,
    made_at=INSTANT,
    made_by=TEXT,
    not_done=TEXTS,
)
LINE = shape("RecallLine", organisation_id=ID, name=TEXT, runs=_COUNTS)
RECEIVED = shape(
    "ReceivedRecall",
    id=ID,
    block=TEXT,
    version=TEXT,
    reason=TEXT,
    lets_finish=FLAG,
    made_at=INSTANT,
    runs=many(shape(run_id=ID, flow_id=ID, fate=TEXT, told=TEXT)),
)


@api.get("")
@describe(pages=True, answer=listed(RECALL))
@require("rollouts.edit")
def list_recalls() -> Response:
    """List one's recalls, the newest first."""
    found, more = page_of(
        lambda limit, after: reading.list_recalls(
            db_session(), acting().tenant_id, limit=limit, after=after
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return jsonify(items=[_recall(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_WISHED, answer=RECALL, status=201)
@require("rollouts.edit")
def recall() -> Response:
    """Withdraw a package from oneself and all below; `replacement` is rolled out at once."""
    body = json_body()
    _WISHED.require(body, "a recall takes the digest of a package and a reason")
    wish = store.Wish(body["reason"], body.get("lets_finish", False), body.get("replacement", ""))
    made = store.recall(db_session(), acting(), body["digest"], wish, now=utc_now())
    response = jsonify(_recall(made))
    response.status_code = 201
    response.headers["Location"] = url_for("recalls_api.get_recall", recall_id=made.id)
    return response


@api.get("/<uuid:recall_id>")
@describe(answer=RECALL)
@require("rollouts.edit")
def get_recall(recall_id: UUID) -> Response:
    """Give one of one's recalls, with what became of runs that were under way."""
    return jsonify(_recall(reading.get_recall(db_session(), acting().tenant_id, recall_id)))


@api.get("/<uuid:recall_id>/organisations")
@describe(answer=listed(LINE))
@require("rollouts.edit")
def list_organisations(recall_id: UUID) -> Response:
    """Say of each of those one looks after what became of its runs."""
    found = reading.lines_of(db_session(), acting(), recall_id)
    items = [
        {"organisation_id": str(one.organisation_id), "name": one.name, "runs": _counts(one.runs)}
        for one in found
    ]
    return jsonify(items=items, next_cursor=None)


@api.get("/received")
@describe(pages=True, answer=listed(RECEIVED))
@require("runs.view")
def list_received() -> Response:
    """List the recalls that reached one, with what became of each run that was under way."""
    found, more = page_of(
        lambda limit, after: reading.list_received(
            db_session(), acting().tenant_id, limit=limit, after=after
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return jsonify(items=[_received(one) for one in found], next_cursor=more)


def _counts(runs: Mapping[Fate, int]) -> dict[str, int]:
    return {fate.value: runs.get(fate, 0) for fate in Fate}


def _recall(one: RecallView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "block": one.listing_id,
        "version": one.version,
        "digest": one.digest,
        "reason": one.reason,
        "lets_finish": one.lets_finish,
        "replacement": one.replacement,
        "organisations": one.organisations,
        "runs": _counts(one.runs),
        "made_at": format_instant(one.made_at),
        "made_by": one.made_by,
        "not_done": list(one.not_done),
    }


def _received(one: ReceivedView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "block": one.listing_id,
        "version": one.version,
        "reason": one.reason,
        "lets_finish": one.lets_finish,
        "made_at": format_instant(one.made_at),
        "runs": [
            {
                "run_id": str(run.run_id),
                "flow_id": str(run.flow_id),
                "fate": run.fate.value,
                "told": WORDS[run.fate],
            }
            for run in one.runs
        ],
    }
