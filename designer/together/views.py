"""The designer among several people: saying that one is there, and merging what they changed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, jsonify, render_template, request
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from blocks.speaking import in_language
from designer.publishing.plan import since_live
from designer.together.merging import choices_of, said_words, sentence, theirs_told
from designer.together.presence import TEXT_MAX, Visitor, beat, leave
from kernel import signals
from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, languages, only_reads, render, require
from kernel.schema import Schema
from runtime.drafts.going_on import merge_draft
from runtime.drafts.merging import is_same
from runtime.drafts.wording import changes_told
from runtime.flows.layout import laid_out
from runtime.flows.versions import get_flow

bp = Blueprint("together", __name__)

_MERGE = Schema(
    {
        "type": "object",
        "required": ["revision", "document"],
        "additionalProperties": False,
        "properties": {
            "revision": {"type": "integer", "minimum": 1},
            "document": {"type": "object"},
            "page": {"type": "string", "maxLength": 36},
            "choices": {"type": "object", "additionalProperties": {"enum": ["mine", "theirs"]}},
        },
    }
)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/presence")
@require("workflows.edit")
@only_reads
def be_present(flow_id: UUID) -> Response:
    """Say that a page is open, or that it closes; gives who else is there, and the revision."""
    who, page = acting(), request.form.get("page", "")[:36]
    where = (db_session(), who.tenant_id)
    flow = get_flow(*where, flow_id)
    redis = current_app.extensions["garland.services"].redis
    others, is_news = list[Visitor](), "leaves" in request.form
    if is_news:
        leave(redis, who.tenant_id, flow_id, page)
    elif page:
        now_s = utc_now().timestamp()
        visitor = Visitor(
            page=page,
            person=str(who.person_id or ""),
            name=who.person_name[:TEXT_MAX],
            since_s=now_s,
            beat_s=now_s,
            step=request.form.get("step", "")[:TEXT_MAX],
        )
        others, is_news = beat(redis, who.tenant_id, flow_id, visitor)
    if is_news:
        signals.publish(redis, who.tenant_id, "workflows", {"id": str(flow_id)})
    mine = str(who.person_id or "")
    return render(
        "designer/together/_presence.html",
        others=others,
        revision=flow.draft_revision,
        mine=mine,
        since=since_live(*where, flow, registry_of(*where)),
    )


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/draft/merge")
@require("workflows.edit")
@only_reads
def merge(flow_id: UUID) -> Response:
    """Merge a document that builds on an earlier `revision` with the draft; saves nothing.

    Answers the document of both and the revision it builds on now; what collides is in `html`, to
    be chosen about: `choices` say by pointer whose is taken.
    """
    body = json_body()
    _MERGE.require(body, "a merge needs the document and the revision it builds on")
    where, mine = (db_session(), acting().tenant_id), body["document"]
    registry = in_language(registry_of(*where), languages())
    found = merge_draft(
        *where,
        flow_id,
        document=mine,
        revision=body["revision"],
        page=body.get("page", ""),
        registry=registry,
        choices=body.get("choices"),
    )
    theirs, choices = theirs_told(found, registry), choices_of(found, mine, registry)
    html = render_template(
        "designer/together/_merge.html",
        by=found.flow.updated_by,
        choices=choices,
        theirs=theirs,
        mine=changes_told(found.base, mine, registry) if found.base is not None else [],
        said=said_words(found.merge, registry),
        has_base=found.base is not None,
    )
    return jsonify(
        revision=found.flow.draft_revision,
        document=laid_out(found.merge.document),
        is_news=not is_same(found.merge.document, found.flow.draft),
        collisions=len(choices),
        told=sentence(found.flow.updated_by, theirs) if theirs else "",
        html=html,
    )
