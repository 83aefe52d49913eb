"""TMF632 (organization) and TMF669 (party role), v4, of the customers that one looks after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from kernel.clock import utc_now
from kernel.errors import NotFoundError, UnsupportedTypeError
from kernel.http import acting, db_session, json_body, require
from kernel.http_tmf630 import MERGE, created, in_form, listed, part_asked, sent_body
from kernel.rest import TEXT, WHOLE, describe
from kernel.schema import Schema
from kernel.tmf630 import choose, read_fields
from tenancy.customers.charge import NOT_THERE
from tenancy.key_links.views import link_to
from tenancy.parties import documents, schemas, store
from tenancy.parties.documents import Party, organization_document, role_document

parties = Blueprint("tmf632_v4", __name__, url_prefix=documents.PARTY)
roles = Blueprint("tmf669_v4", __name__, url_prefix=documents.ROLES)

_PATCHED = ("application/json", "application/merge-patch+json")
_FIELDS = {"fields": TEXT}
_CUT = {"fields": TEXT, "offset": WHOLE, "limit": WHOLE}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_KNOWN = {*schemas.ORGANIZATION["properties"], *schemas.ROLE["properties"], "characteristic"}
_BY = dict.fromkeys(documents.FILTERS, TEXT)
_ROLES_BY = dict.fromkeys(documents.ROLE_FILTERS, TEXT)


@parties.get("/organization")
@describe(query={**_CUT, **_BY}, answer=schemas.ORGANIZATIONS)
@require("customers.view")
def list_organizations() -> Response:
    """List the organisations that one looks after, by name; `X-Total-Count` says how many."""
    return _list(organization_document, documents.FILTERS)


@parties.post("/organization")
@describe(body=schemas.NEW_ORGANIZATION, query=_FIELDS, answer=schemas.ORGANIZATION, status=201)
@require("customers.edit")
def create_organization() -> Response:
    """Add a customer, on trial (`initialized`) or active; its first admin is invited.

    They are invited to the preferred `contactMedium` with an `emailAddress`. Where no mail can be
    sent, the characteristic `adminLink` has their link, this once.
    """
    said = _sent(schemas.NEW_ORGANIZATION, sent_body())
    return _made(store.add_party(db_session(), acting(), said, now=utc_now()), is_role=False)


@parties.get("/organization/<key>")
@describe(query=_FIELDS, answer=schemas.ORGANIZATION)
@require("customers.view")
def get_organization(key: str) -> Response:
    """Give one organisation."""
    return _one(organization_document(store.get_party(db_session(), acting(), _key(key))))


@parties.patch("/organization/<key>")
@describe(
    body=schemas.CHANGED_ORGANIZATION,
    takes=_PATCHED,
    query=_FIELDS,
    answer=schemas.ORGANIZATION,
)
@require("customers.edit")
def patch_organization(key: str) -> Response:
    """Change what the merge patch names: name, status, place, and what is kept as it was said."""
    said = _sent(schemas.CHANGED_ORGANIZATION, _merge_body())
    made = store.change_party(db_session(), acting(), _key(key), said, now=utc_now())
    return _one(organization_document(made.party, link=_link(made)))


@roles.get("/partyRole")
@describe(query={**_CUT, **_ROLES_BY}, answer=schemas.ROLES)
@require("customers.view")
def list_roles() -> Response:
    """List the roles of the organisations that one looks after."""
    return _list(role_document, documents.ROLE_FILTERS)


@roles.post("/partyRole")
@describe(body=schemas.NEW_ROLE, query=_FIELDS, answer=schemas.ROLE, status=201, also=(200,))
@require("customers.edit")
def create_role() -> Response:
    """Let an organization be a customer: one that is there is so (200), one named is added."""
    said = _sent(schemas.NEW_ROLE, sent_body())
    return _made(store.add_role(db_session(), acting(), said, now=utc_now()), is_role=True)


@roles.get("/partyRole/<key>")
@describe(query=_FIELDS, answer=schemas.ROLE)
@require("customers.view")
def get_role(key: str) -> Response:
    """Give one role; it has the id of its organisation."""
    return _one(role_document(store.get_party(db_session(), acting(), _key(key))))


@roles.patch("/partyRole/<key>")
@describe(body=schemas.CHANGED_ROLE, takes=_PATCHED, query=_FIELDS, answer=schemas.ROLE)
@require("customers.edit")
def patch_role(key: str) -> Response:
    """Bring it to another state of its life, with the reason; or say where it stands."""
    said = _sent(schemas.CHANGED_ROLE, _merge_body())
    made = store.change_role(db_session(), acting(), _key(key), said, now=utc_now())
    return _one(role_document(made.party, link=_link(made)))


def refuse(rest: str) -> Response:
    """Tell an address that is none from one that does not take this method."""
    acting()
    known = rest.partition("/")[0] in ("organization", "partyRole")
    raise MethodNotAllowed() if known else NotFound()


for _each in (parties, roles):
    _each.after_request(in_form)
    _each.add_url_rule("/", "refuse", refuse, defaults={"rest": ""}, methods=_METHODS)
    _each.add_url_rule("/<path:rest>", "refuse", refuse, methods=_METHODS)


def _list(write: Callable[[Party], dict[str, Any]], known: Sequence[str]) -> Response:
    fields, (offset, limit) = _fields(), part_asked()
    pairs = [one for one in request.args.items(multi=True) if one[0] not in _CUT]
    wanted = documents.read_filters(pairs, known)
    where = (db_session(), acting())
    if not wanted:
        found, total = store.page_of_parties(*where, offset=offset, limit=limit)
        return listed([write(one) for one in found], total, fields)
    fitting = [one for one in map(write, store.all_parties(*where)) if documents.fits(one, wanted)]
    return listed(fitting[offset : offset + limit], len(fitting), fields)


def _one(document: dict[str, Any]) -> Response:
    return jsonify(choose(document, _fields()))


def _made(made: store.Made, *, is_role: bool) -> Response:
    write = role_document if is_role else organization_document
    document = write(made.party, link=_link(made))
    return created(document, _fields()) if made.is_new else _one(document)


def _link(made: store.Made) -> str:
    invited = made.invited
    return link_to(invited.path) if invited is not None and not invited.is_mailed else ""


def _merge_body() -> Any:
    if request.mimetype not in MERGE:
        raise UnsupportedTypeError(
            f"{request.mimetype} is not read here: send application/merge-patch+json"
        )
    return json_body()


def _sent(schema: Schema, body: Any) -> dict[str, Any]:
    schema.require(body, "what was sent does not fit")
    said: dict[str, Any] = body
    return said


def _key(text: str) -> UUID:
    """Read an id; what is none is not found, as any other that is not there."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(NOT_THERE) from None


def _fields() -> list[str]:
    return read_fields(request.args.get("fields", ""), _KNOWN)
