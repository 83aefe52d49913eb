"""Keeping a workflow as a template of the organisation."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.gallery.model import CATEGORIES, TemplateError
from designer.gallery.own.leaning import leaned_on
from designer.gallery.own.offering import candidates_of, template_document
from designer.gallery.store import keep_template
from kernel.clock import utc_now
from kernel.errors import ConflictError
from kernel.http import acting, db_session, render, require, see_other
from runtime.flows.exchange.secrets import without_secrets
from runtime.flows.versions import get_flow

bp = Blueprint("own_templates", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/template")
@require("workflows.publish")
def ask_template(flow_id: UUID) -> Response:
    """Ask what the template is called and which settings its form asks for."""
    return _page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/template")
@require("workflows.publish")
def keep(flow_id: UUID) -> Response:
    """Keep the workflow's draft as a template; its secrets are left out."""
    where = (db_session(), acting().tenant_id)
    registry = registry_of(*where)
    found = get_flow(*where, flow_id)
    flow, gone = without_secrets(found.draft, registry)
    said = {name: request.form.get(name, "").strip() for name in ("title", "summary", "category")}
    document = template_document(
        flow, said, request.form.getlist("ask"), candidates_of(flow, registry)
    )
    document |= leaned_on(*where, flow, found.slug, registry)
    try:
        made = keep_template(*where, document=document, by=acting().person_name, now=utc_now())
    except (TemplateError, ConflictError) as error:
        return _page(flow_id, refused=error)
    left = f" Its {len(gone)} secrets were left out." if gone else ""
    flash(f"{made.title} is a template of {acting().tenant_name}.{left}", "success")
    return see_other(url_for("gallery.show_template", template_key=made.key))


def _page(flow_id: UUID, *, refused: TemplateError | ConflictError | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    registry = registry_of(*where)
    flow = get_flow(*where, flow_id)
    bare, gone = without_secrets(flow.draft, registry)
    return render(
        "designer/gallery/own.html",
        status=refused.status if refused is not None else 200,
        flow=flow,
        candidates=candidates_of(bare, registry),
        gone=gone,
        categories=list(CATEGORIES.items()),
        chosen=request.form.getlist("ask"),
        said={
            "title": request.form.get("title", flow.name),
            "summary": request.form.get("summary", bare.get("description", "")[:300]),
            "category": request.form.get("category", "other"),
        },
        refused=refused,
    )
