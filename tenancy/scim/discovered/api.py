"""What SCIM says of itself over HTTP, its errors (RFC 7644, 3.12), and addresses that are none."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, make_response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from kernel.errors import NotDoneHereError, NotFoundError, UnsupportedTypeError
from kernel.http import acting, json_body, require
from kernel.numbers import whole_number
from kernel.rest import describe
from kernel.schema import Schema
from tenancy.scim import discovery, shapes
from tenancy.scim.documents import error_document, list_document
from tenancy.scim.errors import ValueRefusedError
from tenancy.scim.shapes import MEDIA_TYPE

PERMISSION = "members.provision"
api = Blueprint("scim_discovery", __name__, url_prefix="/scim/v2")
_KNOWN = ("Users", "Groups", "ServiceProviderConfig", "ResourceTypes", "Schemas")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NOT_DONE = {
    "Bulk": "bulk operations are not done here: send them one by one",
    "Me": "a token is no user: ask for one of Users",
    ".search": "searching by POST is not done here: send a filter to Users",
}


@api.after_request
def shape_error(response: Response) -> Response:
    """Give errors the form of SCIM, whoever found them."""
    if response.mimetype == "application/problem+json":
        said = json.loads(response.get_data())
        document = error_document(said["code"], said["detail"], status=response.status_code)
        response.set_data(json.dumps(document))
        response.status_code = int(document["status"])
        response.content_type = MEDIA_TYPE
    return response


@api.get("/ServiceProviderConfig")
@describe(answer=shapes.CONFIG, gives=(MEDIA_TYPE,))
@require(PERMISSION)
def get_config() -> Response:
    """Say what of SCIM is done here."""
    return answer(discovery.service_config(base=base_address()))


@api.get("/ResourceTypes")
@describe(answer=shapes.DESCRIPTIONS, gives=(MEDIA_TYPE,))
@require(PERMISSION)
def list_resource_types() -> Response:
    """List the kinds of things."""
    return _all(discovery.resource_types(base=base_address()))


@api.get("/ResourceTypes/<name>")
@describe(answer=shapes.DESCRIPTION, gives=(MEDIA_TYPE,))
@require(PERMISSION)
def get_resource_type(name: str) -> Response:
    """Give one kind of things."""
    return _one_of(discovery.resource_types(base=base_address()), name)


@api.get("/Schemas")
@describe(answer=shapes.DESCRIPTIONS, gives=(MEDIA_TYPE,))
@require(PERMISSION)
def list_schemas() -> Response:
    """List the schemas of users and groups."""
    return _all(discovery.schemas(base=base_address()))


@api.get("/Schemas/<name>")
@describe(answer=shapes.DESCRIPTION, gives=(MEDIA_TYPE,))
@require(PERMISSION)
def get_schema(name: str) -> Response:
    """Give one schema by its URN."""
    return _one_of(discovery.schemas(base=base_address()), name)


@api.route("/", defaults={"rest": ""}, methods=_METHODS)
@api.route("/<path:rest>", methods=_METHODS)
def refuse(rest: str) -> Response:
    """Tell an address that is none from one that does not take this method, or is not done."""
    acting()
    first, _, second = rest.partition("/")
    if first == "Groups" and request.method in ("POST", "DELETE"):
        raise NotDoneHereError("groups are the roles here: make and delete roles on the page Roles")
    if first in _NOT_DONE or second in _NOT_DONE:
        raise NotDoneHereError(_NOT_DONE.get(first) or _NOT_DONE[second])
    raise MethodNotAllowed() if first in _KNOWN else NotFound()


def answer(document: Any) -> Response:
    """Answer with a document."""
    response = make_response(json.dumps(document))
    response.content_type = MEDIA_TYPE
    return response


def base_address() -> str:
    """Give the address that the interface begins with, as it was asked at."""
    return request.url_root + "scim/v2"


def checked_body(schema: Schema) -> Any:
    """Read what was sent; raises UnsupportedTypeError, or InvalidError naming what does not fit."""
    if request.mimetype not in (MEDIA_TYPE, "application/json", ""):
        raise UnsupportedTypeError(f"{request.mimetype} is not read here: send {MEDIA_TYPE}")
    body = json_body()
    schema.require(body, "what was sent does not fit")
    return body


def read_number(name: str, default: int, most: int) -> int:
    """Read a number of the query; below 0 it is 0, as SCIM has it."""
    text = request.args.get(name, "").strip()
    number = whole_number(text.removeprefix("-"), most=most) if text else default
    if number is None:
        raise ValueRefusedError(f"{name}: write a whole number up to {most:,}")
    return 0 if text.startswith("-") else number


def _all(found: list[dict[str, Any]]) -> Response:
    return answer(list_document(found, total=len(found), start=1))


def _one_of(found: list[dict[str, Any]], name: str) -> Response:
    for one in found:
        if one["id"] == name:
            return answer(one)
    raise NotFoundError("there is none of that name")
