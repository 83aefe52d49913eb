"""The pages of connections: the list, a new one, and one with its test, rotation and uses."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, current_app, flash, request, session, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import (
    acting,
    address_with,
    db_session,
    only_reads,
    page_of,
    render,
    require,
    see_other,
    vault,
)
from runtime.connections import forms
from runtime.connections.api import connections
from runtime.connections.consent import ask_consent
from runtime.connections.doing import agree, test_and_note
from runtime.connections.ends import ends_soon
from runtime.connections.expiring import remove_connection
from runtime.flows.uses import flows_connecting_by
from tenancy.connections import store
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import ConnectionView

bp = Blueprint("connections", __name__)


@bp.get("/t/<tenant>/connections")
@require("connections.view")
def list_connections() -> Response:
    """Show the connections, without their secrets."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    shown, more = page_of(
        lambda limit, after: store.list_connections(*where, q=q, limit=limit, after=after),
        store.place_of,
    )
    return render(
        "runtime/connections/list.html",
        connections=[(one, ends_soon(one, now=utc_now())) for one in shown],
        kinds=KINDS,
        q=q,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/connections/new")
@require("connections.edit")
def new_connection() -> Response:
    """Show the kinds, or the form of the one that was chosen; who leads here may say its name."""
    kind, name = request.args.get("kind", ""), request.args.get("name", "")
    if kind not in KINDS:
        return render("runtime/connections/kinds.html", kinds=KINDS.values())
    return _new_page(kind, {"name": name} if name else {}, {})


@bp.post("/t/<tenant>/connections/new")
@require("connections.edit")
def create_connection() -> Response:
    """Add a connection."""
    kind = store.kind_of(request.args.get("kind", ""))
    facts, held = forms.read_facts(kind, request.form)
    values = forms.read_values(kind, request.form, None)
    by, now = acting().person_name, utc_now()
    if "_op" in request.form:
        return _new_page(kind.name, held, values)
    try:
        made = store.create_connection(
            db_session(),
            acting().tenant_id,
            kind=kind.name,
            facts=facts,
            values=values,
            vault=vault(),
            by=by,
            now=now,
        )
    except (InvalidError, ConflictError) as error:
        return _new_page(kind.name, held, values, error)
    flash(f"{made.name} is kept, sealed. Test it now; workflows can use it.", "success")
    return _back(made.id)


@bp.get("/t/<tenant>/connections/<uuid:connection_id>")
@require("connections.view")
def show_connection(connection_id: UUID) -> Response:
    """Show one connection."""
    return _page(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>")
@require("connections.edit")
def save_connection(connection_id: UUID) -> Response:
    """Keep what was changed; a secret that is left empty stays."""
    where = (db_session(), acting().tenant_id)
    view = store.get_connection(*where, connection_id)
    kind = KINDS[view.kind]
    facts, held = forms.read_facts(kind, request.form)
    values = forms.read_values(kind, request.form, view)
    if "_op" in request.form:
        return _page(connection_id, held=held, values=values)
    try:
        store.change_connection(
            *where,
            connection_id,
            facts=facts,
            values=values,
            expected_revision=request.form.get("revision", 0, type=int),
            used_by=partial(flows_connecting_by, *where, view.name),
            vault=vault(),
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return _page(connection_id, held=held, values=values, error=error)
    flash("Saved. It holds for calls from now on.", "success")
    return _back(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>/rotate")
@require("connections.edit")
def rotate(connection_id: UUID) -> Response:
    """Put new secrets in place of the old ones."""
    where = (db_session(), acting().tenant_id, connection_id)
    kind = KINDS[store.get_connection(*where).kind]
    values, by = forms.read_fresh(kind, request.form), acting().person_name
    try:
        store.rotate_connection(*where, values=values, vault=vault(), by=by, now=utc_now())
    except InvalidError as error:
        return _page(connection_id, rotation=error)
    flash("Rotated. The value before is kept for a day: you can put it back until then.", "success")
    return _back(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>/undo-rotation")
@require("connections.edit")
def undo_rotation(connection_id: UUID) -> Response:
    """Put the value before the last rotation back."""
    where, by = (db_session(), acting().tenant_id, connection_id), acting().person_name
    try:
        store.undo_rotation(*where, vault=vault(), by=by, now=utc_now())
    except ConflictError as error:
        return _page(connection_id, error=error)
    flash("The value before is back.", "success")
    return _back(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>/test")
@require("connections.edit")
@only_reads
def test(connection_id: UUID) -> Response:
    """Try it, and note how that went; nobody waits for it meanwhile."""
    tried = test_and_note(connections(), acting().tenant_id, connection_id)
    said = "It works." if tried.is_good else "It does not work yet: see why under Does it work?"
    flash(f"Tested. {said}", "success" if tried.is_good else "error")
    return _back(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>/sign-in")
@require("connections.edit")
@only_reads
def ask(connection_id: UUID) -> Response:
    """Show a person where they sign in and agree, with the link that leads there."""
    opened, now = connections().get(acting().tenant_id, connection_id), utc_now()
    if opened.kind != "oauth2_code":
        raise InvalidError("nobody signs in for a connection of this kind")
    address = ask_consent(session, opened, back_to=_back_to(), vault=vault(), now=now)
    host = urlsplit(address).hostname or ""
    return render("runtime/connections/consent.html", found=opened, address=address, host=host)


@bp.get("/t/<tenant>/connections/consent")
@require("connections.edit")
def take() -> Response:
    """Take what a person agreed to, when they come back."""
    where, by = (connections(), acting().tenant_id), acting().person_name
    connection_id = agree(*where, session, request.args, back_to=_back_to(), by=by)
    flash("Signed in: tokens are fetched by themselves from now on.", "success")
    return _back(connection_id)


@bp.post("/t/<tenant>/connections/<uuid:connection_id>/delete")
@require("connections.edit")
def delete_connection(connection_id: UUID) -> Response:
    """Remove a connection, unless workflows use it."""
    where = (db_session(), acting().tenant_id)
    found = store.get_connection(*where, connection_id)
    used_by, by = partial(flows_connecting_by, *where, found.name), acting().person_name
    try:
        remove_connection(*where, connection_id, used_by=used_by, by=by, now=utc_now())
    except ConflictError as error:
        return _page(connection_id, error=error)
    flash(f"{found.name} is removed, and its secrets are gone.", "success")
    return see_other(url_for("connections.list_connections"))


def _new_page(
    name: str,
    held: dict[str, Any],
    values: dict[str, Any],
    error: InvalidError | ConflictError | None = None,
) -> Response:
    kind, problems = KINDS[name], _problems(error)
    return render(
        "runtime/connections/new.html",
        status=error.status if error else 200,
        kind=kind,
        shown=forms.fields_of(kind, held, values, problems),
        refused=error,
        problems=problems,
    )


def _page(
    connection_id: UUID,
    *,
    held: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
    error: InvalidError | ConflictError | None = None,
    rotation: InvalidError | None = None,
) -> Response:
    where = (db_session(), acting().tenant_id)
    found = store.get_connection(*where, connection_id)
    kind, problems, refused = KINDS[found.kind], _problems(error), error or rotation
    shown_facts, shown_values = held or forms.facts_of(found), values or found.values
    return render(
        "runtime/connections/show.html",
        status=refused.status if refused else 200,
        found=found,
        kind=kind,
        shown=forms.fields_of(kind, shown_facts, shown_values, problems),
        fresh=forms.fresh_fields(kind, _problems(rotation)),
        refused=refused,
        problems=(*problems, *_problems(rotation)),
        used_by=flows_connecting_by(*where, found.name),
        ends=ends_soon(found, now=utc_now()),
        can_undo=_is_ahead(found),
        back_to=_back_to(),
    )


def _is_ahead(found: ConnectionView) -> bool:
    return found.before_until is not None and found.before_until > utc_now()


def _problems(error: InvalidError | ConflictError | None) -> tuple[Problem, ...]:
    return getattr(error, "problems", ())


def _back(connection_id: UUID) -> Response:
    return see_other(url_for("connections.show_connection", connection_id=connection_id))


def _back_to() -> str:
    """Give the address that a person comes back to; under the public address where that is set."""
    public: str = current_app.extensions["garland.services"].settings.public_url
    path = url_for("connections.take")
    return public.rstrip("/") + path if public else url_for("connections.take", _external=True)
