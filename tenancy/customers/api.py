"""Organisations over REST: one's own and those one looks after; adding, changing, life cycle."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, json_body, optional_body, page_of, require
from kernel.http_located import located
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import ID, INSTANT, TEXT, choice, describe, listed, maybe, shape
from kernel.schema import Schema
from tenancy._tables import NAME_MAX, REASON_MAX, OrganisationKind
from tenancy.customers import adding, moving
from tenancy.customers.charge import (
    NOT_THERE,
    CustomerFilter,
    get_customer,
    list_customers,
    place_of,
)
from tenancy.customers.first_admin import invite_admin_again
from tenancy.key_links.views import link_to
from tenancy.life_cycle.changing import Wish, change_state, history_of
from tenancy.life_cycle.states import TRIAL_DAYS_MAX, State
from tenancy.organisations import HAVE_CUSTOMERS, OrganisationView, get_organisation

api = Blueprint("organisations_api", __name__, url_prefix="/api/v1/organisations")

_STATE = choice(*(one.value for one in State))
_KIND = choice(*(one.value for one in OrganisationKind))
_FACTS = {
    "id": ID,
    "kind": _KIND,
    "slug": TEXT,
    "name": TEXT,
    "parent_id": maybe(ID),
    "state": _STATE,
    "state_since": maybe(INSTANT),
    "state_until": maybe(INSTANT),
    "state_reason": TEXT,
    "created_at": maybe(INSTANT),
}
_ORGANISATION = shape("Organisation", **_FACTS)
_ADDED = shape("AddedOrganisation", **_FACTS, admin_link=maybe(TEXT))
_CHANGE = shape(
    "OrganisationStateChange",
    at=INSTANT,
    before=_STATE,
    after=_STATE,
    until=maybe(INSTANT),
    reason=TEXT,
    by=TEXT,
)
_NAME = {"type": "string", "minLength": 1, "maxLength": NAME_MAX}
_DAYS = {"type": "integer", "minimum": 0, "maximum": TRIAL_DAYS_MAX}
_NEW = Schema(
    {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": _NAME,
            "kind": {"enum": ["csp", "reseller", "customer"]},
            "slug": {"type": "string", "maxLength": 60},
            "parent_id": ID,
            "admin_email": {"type": "string", "maxLength": 254},
            "trial_days": _DAYS,
            "plan_id": ID,
            "template_id": maybe(ID),
        },
    }
)
_CHANGED = Schema(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"name": _NAME, "parent_id": ID},
    }
)
_WISH = Schema(
    {
        "type": "object",
        "required": ["to"],
        "additionalProperties": False,
        "properties": {
            "to": _STATE,
            "reason": {"type": "string", "maxLength": REASON_MAX},
            "days": {**_DAYS, "minimum": 1},
        },
    }
)
_FIRST_ADMIN = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"admin_email": {"type": "string", "maxLength": 254}},
    }
)
_INVITED = shape("FirstAdmin", email=TEXT, expires_at=INSTANT, admin_link=maybe(TEXT))


@api.get("")
@describe(
    answer=listed(_ORGANISATION),
    pages=True,
    query={"q": TEXT, "state": _STATE, "kind": _KIND},
)
@require("members.view")
def list_organisations() -> Response:
    """List the acting organisation, and by name those that it looks after where one may see them.

    A filter or a cursor leaves the acting one out.
    """
    who, args = acting(), request.args
    wanted = CustomerFilter(
        q=args.get("q", ""), state=args.get("state", ""), kind=args.get("kind", "")
    )
    own = [] if wanted != CustomerFilter() or args.get("cursor") else [who.tenant_id]
    items = [_document(get_organisation(db_session(), one)) for one in own]
    if who.tenant_kind not in HAVE_CUSTOMERS or not who.may("customers.view"):
        return jsonify(items=items, next_cursor=None)
    found, more = page_of(
        lambda limit, after: list_customers(db_session(), who, wanted, limit=limit, after=after),
        place_of,
    )
    return jsonify(items=items + [_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_NEW, answer=_ADDED, status=201, is_tagged=True)
@require("customers.edit")
def add_organisation() -> Response:
    """Add a customer, a reseller or, for a vendor, a CSP, below the acting one or its reseller.

    `admin_link` is the first admin's invitation, told this once, where no mail could be sent. With
    a `plan_id` it is put on that plan, and set up from the template that goes with it, or from
    `template_id`; where that is null, from none.
    """
    said = json_body()
    _NEW.require(said, "an organisation takes a name, and more where you say so")
    usual = "csp" if acting().tenant_kind == "vendor" else "customer"
    parent = UUID(said["parent_id"]) if "parent_id" in said else None
    facts = {"kind": usual, **said, "parent_id": parent, **_set_up_of(said)}
    added = adding.add_customer(db_session(), acting(), adding.Wanted(**facts), now=utc_now())
    document = _document(added.organisation)
    invited = added.invited
    by_hand = invited is not None and not invited.is_mailed
    link = link_to(invited.path) if invited and by_hand else None
    return located(
        with_tag_of(jsonify({**document, "admin_link": link}), document),
        f"/api/v1/organisations/{added.organisation.id}",
    )


@api.get("/<uuid:organisation_id>")
@describe(answer=_ORGANISATION, is_tagged=True)
@require("members.view")
def show_organisation(organisation_id: UUID) -> Response:
    """Give the acting organisation, or one that it looks after."""
    return _answer(_seen(organisation_id))


@api.patch("/<uuid:organisation_id>")
@describe(body=_CHANGED, answer=_ORGANISATION, is_tagged=True, takes_tag=True)
@require("customers.edit")
def change_organisation(organisation_id: UUID) -> Response:
    """Give one that is looked after another name, or another place below the acting one."""
    said = json_body()
    _CHANGED.require(said, "of an organisation the name and the parent_id can be changed")
    where, now = (db_session(), acting(), organisation_id), utc_now()
    one = get_customer(*where)
    require_unchanged(_document(one), "organisation")
    if "name" in said:
        one = moving.rename_customer(*where, said["name"], now=now)
    if "parent_id" in said and UUID(said["parent_id"]) != one.parent_id:
        one = moving.move_customer(*where, UUID(said["parent_id"]), now=now)
    return _answer(one)


@api.post("/<uuid:organisation_id>/transition")
@describe(body=_WISH, answer=_ORGANISATION, is_tagged=True, takes_tag=True)
@require("customers.edit")
def transition(organisation_id: UUID) -> Response:
    """Bring one that is looked after to another state of its life."""
    said = json_body()
    _WISH.require(said, "a transition takes the state that it goes to, and why")
    one = get_customer(db_session(), acting(), organisation_id)
    require_unchanged(_document(one), "organisation")
    wish = Wish(to=State(said["to"]), reason=said.get("reason", ""), days=said.get("days"))
    return _answer(change_state(db_session(), one.id, wish, who=acting(), now=utc_now()))


@api.post("/<uuid:organisation_id>/first-admin")
@describe(body=_FIRST_ADMIN, is_optional=True, answer=_INVITED, status=201)
@require("customers.edit")
def invite_first_admin(organisation_id: UUID) -> tuple[Response, int]:
    """Make a new link for the first admin of one that is looked after; the one before ends.

    For when a link was lost, or went to the wrong address. `admin_link` is told this once, where no
    mail can be sent. It is 409 once somebody is admin there.
    """
    said = optional_body()
    _FIRST_ADMIN.require(said, "an invitation takes the admin_email, or nothing")
    where, email = (db_session(), acting(), organisation_id), said.get("admin_email", "")
    invited = invite_admin_again(*where, email=email, now=utc_now())
    link = None if invited.is_mailed else link_to(invited.path)
    until = format_instant(invited.expires_at)
    return jsonify(email=invited.email, expires_at=until, admin_link=link), 201


@api.get("/<uuid:organisation_id>/history")
@describe(answer=listed(_CHANGE))
@require("members.view")
def list_history(organisation_id: UUID) -> Response:
    """List the changes of the state of an organisation, the newest first."""
    found = history_of(db_session(), _seen(organisation_id).id)
    return jsonify(items=[_document(one) for one in found], next_cursor=None)


def _set_up_of(said: dict[str, Any]) -> dict[str, Any]:
    """Read the plan, and the template: none named is the plan's, null is none at all."""
    ids = {name: said.get(name) for name in ("plan_id", "template_id")}
    found: dict[str, Any] = {name: UUID(text) if text else None for name, text in ids.items()}
    return {**found, "is_bare": "template_id" in said and said["template_id"] is None}


def _seen(organisation_id: UUID) -> OrganisationView:
    who = acting()
    if organisation_id != who.tenant_id:
        if not who.may("customers.view"):
            raise NotFoundError(NOT_THERE)
        return get_customer(db_session(), who, organisation_id)
    return get_organisation(db_session(), organisation_id)


def _answer(one: OrganisationView) -> Response:
    document = _document(one)
    return with_tag_of(jsonify(document), document)


def _document(one: Any) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(one).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, UUID) else value
