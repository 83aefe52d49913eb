"""What a new version would break, over REST: in numbers below one, in full for oneself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kernel.http import acting, db_session, require
from kernel.rest import FLAG, ID, TEXT, TEXTS, WHOLE, describe, many, shape
from marketplace.impact.finding import own_impact, report_for
from marketplace.impact.model import Counted, FlowImpact

api = Blueprint("impact_api", __name__, url_prefix="/api/v1/impact")

COUNTED = shape(
    "ImpactCounted",
    organisations=WHOLE,
    touched=WHOLE,
    workflows=WHOLE,
    steps=WHOLE,
    broken=WHOLE,
    asking=WHOLE,
    breakages={"type": "object", "additionalProperties": WHOLE},
)
_DIFFERENCE = shape(version=TEXT, message=TEXT, breaking=FLAG, needs_consent=FLAG)
_LINE = shape("ImpactLine", organisation_id=ID, name=TEXT, counted=COUNTED)
REPORT = shape(
    "ImpactReport",
    block=TEXT,
    version=TEXT,
    differences=many(_DIFFERENCE),
    total=COUNTED,
    items=many(_LINE),
)
_BREAKAGE = shape(kind=TEXT, step=TEXT, pointer=TEXT, message=TEXT)
_FLOW = shape(
    "ImpactFlow", flow_id=ID, flow=TEXT, steps=TEXTS, migrated=TEXTS, breakages=many(_BREAKAGE)
)
OWN = shape("OwnImpact", versions=TEXTS, asks=TEXTS, items=many(_FLOW))


@api.get("/<digest>")
@describe(answer=REPORT)
@require("rollouts.edit")
def report(digest: str) -> Response:
    """Say in numbers what a package would touch and break among those one looks after."""
    found = report_for(db_session(), acting(), digest)
    return jsonify(
        block=found.manifest.id,
        version=found.manifest.version,
        differences=[
            {
                "version": version,
                "message": one.message,
                "breaking": one.is_breaking,
                "needs_consent": one.needs_consent,
            }
            for version, differences in found.differences
            for one in differences
        ],
        total=_counted(found.total),
        items=[
            {
                "organisation_id": str(one.organisation_id),
                "name": one.name,
                "counted": _counted(one.counted),
            }
            for one in found.lines
        ],
    )


@api.get("/<digest>/own")
@describe(answer=OWN)
@require("workflows.view")
def own(digest: str) -> Response:
    """Say which of one's own live workflows a package would touch and break, step by step."""
    found = own_impact(db_session(), acting().tenant_id, digest)
    if found is None:
        return jsonify(versions=[], asks=[], items=[])
    flows = [_flow(one) for one in found.flows]
    return jsonify(versions=list(found.versions), asks=list(found.asks), items=flows)


def _counted(one: Counted) -> dict[str, Any]:
    return {
        "organisations": one.organisations,
        "touched": one.touched,
        "workflows": one.workflows,
        "steps": one.steps,
        "broken": one.broken,
        "asking": one.asking,
        "breakages": {kind.value: number for kind, number in one.breakages.items()},
    }


def _flow(one: FlowImpact) -> dict[str, Any]:
    return {
        "flow_id": str(one.flow_id),
        "flow": one.name,
        "steps": list(one.steps),
        "migrated": list(one.migrated),
        "breakages": [
            {
                "kind": wrong.kind.value,
                "step": wrong.step,
                "pointer": wrong.pointer,
                "message": wrong.message,
            }
            for wrong in one.breakages
        ],
    }
