"""The pages on which an admin sets identity providers up, tries them and switches them on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, request, session, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError
from kernel.http import (
    acting,
    db_session,
    limiter,
    only_reads,
    render,
    require,
    see_other,
    vault,
    writing_apart,
)
from tenancy.identity import domains, flow, judging, store, switching
from tenancy.identity.claims import IdentityError, shown_claims
from tenancy.identity.deciding import Outcome, counts_as_second_factor, in_words, role_of
from tenancy.identity.judging import Came
from tenancy.identity.model import Provider, Wanted, read_wanted
from tenancy.identity.views import ASKED, answer_address, asker, asking, exchanged, send_away
from tenancy.membership.refusing import words_of
from tenancy.roles import Role
from tenancy.sign_ins.policy import needs_second_factor

bp = Blueprint("identity_providers", __name__)

DNS = "garland.dns_texts"
EDIT = "members.edit"
ADMIN_ONLY = "only an admin sets up how everybody signs in: ask one"


@bp.get("/t/<tenant>/identity-providers")
@require("members.view")
def list_providers() -> Response:
    """Show the organisation's providers, and whether everybody has to come by one."""
    return _list_page()


@bp.get("/t/<tenant>/identity-providers/new")
@require(EDIT)
def new_provider() -> Response:
    """Show the form of a new provider."""
    _require_admin()
    return _form_page(None, Wanted(name="", issuer="", client_id=""))


@bp.post("/t/<tenant>/identity-providers/new")
@require(EDIT)
def create_provider() -> Response:
    """Set a provider up; it is off until it was tried."""
    _require_admin()
    wanted = read_wanted(request.form)
    try:
        made = store.create(db_session(), acting().tenant_id, wanted, **_how())
    except (InvalidError, ConflictError, ForbiddenError) as error:
        return _form_page(None, wanted, error)
    flash(f"{made.name} is set up, and off. Enter the addresses below there, then try it.", "good")
    return _to(made.id)


@bp.get("/t/<tenant>/identity-providers/<uuid:provider_id>")
@require("members.view")
def show_provider(provider_id: UUID) -> Response:
    """Show one provider: its state, its addresses, its domains and its settings."""
    return _page(_provider(provider_id))


@bp.post("/t/<tenant>/identity-providers/<uuid:provider_id>")
@require(EDIT)
def save_provider(provider_id: UUID) -> Response:
    """Keep what was changed; a secret that is left empty stays."""
    _require_admin()
    wanted = read_wanted(request.form)
    try:
        store.change(db_session(), acting().tenant_id, provider_id, wanted, **_how())
    except (InvalidError, ConflictError, ForbiddenError) as error:
        return _page(_provider(provider_id), wanted, error)
    flash("Saved. It holds from the next sign-in on.", "good")
    return _to(provider_id)


@bp.post("/t/<tenant>/identity-providers/<uuid:provider_id>/switch")
@require(EDIT)
def switch(provider_id: UUID) -> Response:
    """Switch a provider on or off."""
    _require_admin()
    on, by = request.form.get("on") == "yes", acting().person_name
    where = (db_session(), acting().tenant_id, provider_id)
    try:
        switching.switch(*where, on=on, by=by, now=utc_now())
    except ConflictError as error:
        return _page(_provider(provider_id), error=error)
    flash("It is on: people can sign in by it." if on else "It is off.", "good")
    return _to(provider_id)


@bp.post("/t/<tenant>/identity-providers/<uuid:provider_id>/remove")
@require(EDIT)
def remove(provider_id: UUID) -> Response:
    """Remove a provider."""
    _require_admin()
    try:
        name = switching.remove(db_session(), acting().tenant_id, provider_id, now=utc_now())
    except ConflictError as error:
        return _page(_provider(provider_id), error=error)
    flash(f"{name} is removed. Nobody signs in by it any more.", "good")
    return see_other(url_for("identity_providers.list_providers"))


@bp.post("/t/<tenant>/identity-providers/<uuid:provider_id>/domains/<uuid:domain_id>/prove")
@limiter.limit("20 per minute")
@require(EDIT)
@only_reads
def prove_domain(provider_id: UUID, domain_id: UUID) -> Response:
    """Look in the DNS whether the domain's record is there."""
    _require_admin()
    _provider(provider_id)
    found = domains.find_domain(db_session(), acting().tenant_id, domain_id)
    look_up: domains.Texts = current_app.extensions[DNS]
    name = domains.record_name(found.name)
    db_session().rollback()  # no connection is held while the DNS is asked
    try:
        texts = look_up(name)
        with writing_apart() as writing:
            domains.prove(writing, acting().tenant_id, domain_id, texts=texts, now=utc_now())
    except ConflictError as error:
        return _page(_provider(provider_id), error=error)
    flash(f"{found.name} is proven: the provider speaks for its addresses.", "good")
    return _to(provider_id)


@bp.get("/t/<tenant>/identity-providers/<uuid:provider_id>/try")
@limiter.limit("30 per minute")
@require(EDIT)
def try_it(provider_id: UUID) -> Response:
    """Send an admin to the provider, to see what comes back; nobody is signed in by that."""
    _require_admin()
    provider = _provider(provider_id)
    wanted = url_for("identity_providers.show_tried", provider_id=provider_id)
    try:
        asking().metadata(provider.issuer, anew=True)
        return send_away(provider, purpose=flow.TRY, wanted=wanted)
    except IdentityError as error:
        return _page(provider, error=error)


@bp.get("/t/<tenant>/identity-providers/<uuid:provider_id>/tried")
@limiter.limit("30 per minute")
@require(EDIT)
def show_tried(provider_id: UUID) -> Response:
    """Show which claims came, and what they would give; from now on it may be switched on."""
    _require_admin()
    provider, sealed, now = _provider(provider_id), session.pop(ASKED, None), utc_now()
    try:
        asked = flow.take(sealed, request.args, provider_id, vault=vault(), now=now)
        claims, _ = exchanged(provider, asked)
        came = judging.judge(db_session(), provider, claims)
    except IdentityError as error:
        return _page(provider, error=error)
    with writing_apart() as writing:
        store.note_tried(writing, provider.tenant_id, provider_id, now=now)
    return _tried_page(came, claims)


@bp.post("/t/<tenant>/identity-providers/demand")
@require(EDIT)
def set_demand() -> Response:
    """Ask everybody to come by a provider, but for one admin; or no longer."""
    _require_admin()
    needed, way_out = request.form.get("needed") == "yes", request.form.get("way_out", type=UUID)
    facts: dict[str, Any] = {"needed": needed, "by": acting().person_name, "now": utc_now()}
    try:
        switching.set_demand(db_session(), acting().tenant_id, way_out_id=way_out, **facts)
    except (ConflictError, InvalidError) as error:
        return _list_page(error)
    words = "From now on members come by a provider." if needed else "Passwords will do again."
    flash(words, "good")
    return see_other(url_for("identity_providers.list_providers"))


def _require_admin() -> None:
    """Refuse everybody but an admin: who sets a provider up could come in as anybody by it."""
    if acting().role != Role.ADMIN.value:
        raise ForbiddenError(ADMIN_ONLY)


def _how() -> dict[str, Any]:
    facts = {"vault": vault(), "allow_plain": asker().allow_plain}
    return {**facts, "by": acting().person_name, "now": utc_now()}


def _provider(provider_id: UUID) -> Provider:
    return store.get_provider(db_session(), acting().tenant_id, provider_id)


def _to(provider_id: UUID) -> Response:
    return see_other(url_for("identity_providers.show_provider", provider_id=provider_id))


def _list_page(error: GarlandError | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    return render(
        "tenancy/identity/list.html",
        status=error.status if error is not None else 200,
        failure=error.message if error is not None else None,
        providers=[
            (one, store.count_linked(*where, one.id)) for one in store.list_providers(*where)
        ],
        demand=switching.demand_of(*where),
        admins=switching.list_admins(*where),
        edits=acting().role == Role.ADMIN.value,
    )


def _form_page(
    provider: Provider | None, wanted: Wanted, error: GarlandError | None = None
) -> Response:
    return render("tenancy/identity/form.html", **_facts(provider, wanted, error))


def _page(
    provider: Provider, wanted: Wanted | None = None, error: GarlandError | None = None
) -> Response:
    where, now = (db_session(), acting().tenant_id), utc_now()
    return render(
        "tenancy/identity/show.html",
        **_facts(provider, wanted or _wanted_of(provider), error),
        answers_at=answer_address(provider),
        leaves_to=url_for("sign_ins.sign_in", _external=True),
        linked=store.count_linked(*where, provider.id),
        open_now=switching.count_open(*where, provider.id, now=now),
        record_name=domains.record_name,
        record_of=domains.record_of,
        edits=acting().role == Role.ADMIN.value,
    )


def _facts(provider: Provider | None, wanted: Wanted, error: GarlandError | None) -> dict[str, Any]:
    where = (db_session(), acting().tenant_id)
    return {
        "status": error.status if error is not None else 200,
        "provider": provider,
        "wanted": wanted,
        "roles": list(store.role_words(*where).items()),
        "needs_second_factor": needs_second_factor(*where),
        **words_of(error),
    }


def _wanted_of(provider: Provider) -> Wanted:
    same = ("name", "issuer", "client_id", "scopes", "makes_people", "default_role")
    more = ("groups_claim", "role_map", "follows_groups", "strong_values", "trusts_addresses")
    facts: dict[str, Any] = {name: getattr(provider, name) for name in (*same, *more)}
    return Wanted(domains=tuple(one.name for one in provider.domains), **facts)


def _tried_page(came: Came, claims: dict[str, Any]) -> Response:
    provider, verdict = came.provider, came.verdict
    names = {"organisation": acting().tenant_name, "provider": provider.name}
    roles = dict(store.role_words(db_session(), provider.tenant_id))
    return render(
        "tenancy/identity/tried.html",
        provider=provider,
        said=came.said,
        claims=shown_claims(claims),
        outcome=verdict.outcome.value,
        refused=in_words(verdict.why, **names) if verdict.why is not None else "",
        is_refused=verdict.outcome is Outcome.REFUSE,
        role=roles.get(role_of(came.said, provider), ""),
        is_strong=counts_as_second_factor(came.said, provider),
        speaks=came.said.domain in provider.proven,
    )
