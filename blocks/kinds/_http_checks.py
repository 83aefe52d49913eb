"""Does a block without code say what it means? Where it goes, what it names, how it ends.

The shape of `request` is in `manifest.schema.json`; here is what a JSON Schema cannot say. A host
is never made of free text: what a person or an alarm could write must not choose who is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blocks._manifest_parts import ANY_HOST
from blocks.brokers.headers import CREDENTIALS, SET_BY_US
from blocks.kinds._addresses import Address, read_address
from blocks.kinds._references import Reference, references_in
from blocks.kinds._statuses import Statuses
from blocks.permits import CONFIG_LABEL, PORTS, host_fits
from blocks.schemas import field_schema
from kernel.errors import Problem
from kernel.schema import pointer_to

_PLACES = ("url", "query", "headers", "body", "paging")
_PAGES_MAX = 50


def request_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """List what is wrong with a manifest's `request`, its shape being right."""
    request = document["request"]
    permission = _http_permission(document)
    if permission is None:
        yield Problem("/permissions", "request calls another system: ask for http, with a reason")
        return
    yield from _address_problems(document, request, permission)
    yield from _method_problems(request, permission)
    yield from _reference_problems(document, request)
    yield from _header_problems(request)
    yield from _answer_problems(document, request)
    yield from _paging_problems(document, request)
    slots = [secret["slot"] for secret in document.get("secrets", ())]
    if request.get("connection", "") not in ("", *slots):
        yield Problem("/request/connection", f"{request['connection']} is no slot under secrets")


def _address_problems(
    document: Mapping[str, Any], request: Mapping[str, Any], permission: Mapping[str, Any]
) -> Iterator[Problem]:
    try:
        address = read_address(request["url"])
    except ValueError as error:
        yield Problem("/request/url", f"url: {error}")
        return
    if address.setting:
        yield from _setting_problems(document, address.setting, permission)
    else:
        yield from _server_problems(address, permission)
    for part in address.path:
        if isinstance(part, Reference) and not _is_always_there(document, part):
            message = f"{part} stands in the address: make it required, or give it a default"
            yield Problem("/request/url", message)


def _setting_problems(
    document: Mapping[str, Any], setting: str, permission: Mapping[str, Any]
) -> Iterator[Problem]:
    schema = field_schema(document["config"], setting)
    if schema.get("type") != "string" or schema.get("format") != "uri":
        message = f'{setting} is a server\'s address: give it in config as a text of format "uri"'
        yield Problem("/request/url", message)
    if not _is_always_there(document, Reference("config", (setting,))):
        yield Problem("/request/url", f"{setting} is a server's address: make it required")
    if ANY_HOST not in permission.get("hosts", (ANY_HOST,)):
        message = "the server is set up by the tenant: the permission http needs the host *"
        yield Problem("/permissions", message)


def _server_problems(address: Address, permission: Mapping[str, Any]) -> Iterator[Problem]:
    hosts = permission.get("hosts", (ANY_HOST,))
    if not any(_covers(pattern, address.host) for pattern in hosts):
        yield Problem("/request/url", f"the permission http does not name {address.host}: add it")
    ports = permission.get("ports") or (PORTS.values() if ANY_HOST not in hosts else ())
    scheme = address.server.partition(":")[0]
    if ports and (address.port or PORTS[scheme]) not in ports:
        yield Problem("/request/url", f"the permission http does not name port {address.port}")


def _covers(pattern: str, host: str) -> bool:
    """Tell whether a permission names a host; one with places only as it is written there."""
    return pattern == host if CONFIG_LABEL.search(host) else host_fits(pattern, host)


def _method_problems(
    request: Mapping[str, Any], permission: Mapping[str, Any]
) -> Iterator[Problem]:
    method = request["method"]
    if method not in permission.get("methods", (method,)):
        yield Problem("/request/method", f"the permission http does not name {method}: add it")
    if method in ("GET", "HEAD") and "body" in request:
        yield Problem("/request/body", f"{method} sends no body: remove it")
    if "paging" in request and method != "GET":
        yield Problem("/request/paging", "only GET is asked page by page: remove it")


def _reference_problems(
    document: Mapping[str, Any], request: Mapping[str, Any]
) -> Iterator[Problem]:
    for name in _PLACES:
        try:
            found = list(references_in(request.get(name)))
        except ValueError as error:
            yield Problem(f"/request/{name}", str(error))
            continue
        for one in found:
            if _schema_of(document, one) is None:
                message = f"{one} is not a field of {one.root}: correct it, or add the field"
                yield Problem(f"/request/{name}", message)


def _schema_of(document: Mapping[str, Any], reference: Reference) -> Mapping[str, Any] | None:
    """Give the schema of a field that a place names; None when there cannot be such a field."""
    schema: Mapping[str, Any] = document[reference.root]
    for name in reference.path:
        properties = schema.get("properties") or {}
        if name not in properties and (properties or schema.get("additionalProperties") is False):
            return None
        if schema.get("type", "object") != "object":
            return None
        schema = field_schema(schema, name)
    return schema


def _is_always_there(document: Mapping[str, Any], reference: Reference) -> bool:
    schema: Mapping[str, Any] = document[reference.root]
    for name in reference.path:
        part = field_schema(schema, name)
        if name not in schema.get("required", ()) and "default" not in part:
            return False
        schema = part
    return True


def _header_problems(request: Mapping[str, Any]) -> Iterator[Problem]:
    for name in request.get("headers", {}):
        where = pointer_to(("request", "headers", name))
        if name.lower() in CREDENTIALS:
            message = f"{name} holds a credential: give the request a connection instead"
            yield Problem(where, message)
        elif name.lower() in SET_BY_US or name.lower() == "content-type":
            yield Problem(where, f"{name} is set for you: remove it (see content_type)")


def _answer_problems(document: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[Problem]:
    ports = [port["name"] for port in document["outputs"]]
    codes = [error["code"] for error in document.get("errors", ())]
    for index, entry in enumerate(request["answers"]):
        where = f"/request/answers/{index}"
        statuses = Statuses.read(entry["status"])
        if statuses.first > statuses.last:
            yield Problem(f"{where}/status", f"{entry['status']} runs backwards: turn it round")
        if ("port" in entry) == ("error" in entry):
            yield Problem(where, "an answer ends by a port or with an error: give one of both")
        if entry.get("port", ports[0] if ports else "") not in ports:
            yield Problem(f"{where}/port", f"{entry['port']} is not one of outputs: add it")
        if "error" in entry and entry["error"] not in codes:
            yield Problem(f"{where}/error", f"{entry['error']} is not declared: add it to errors")


def _paging_problems(document: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[Problem]:
    paging = request.get("paging", {})
    following = paging.get("next", {"by": "link"})
    wanted = {"pointer": "at", "offset": "query"}.get(following["by"])
    if wanted and wanted not in following:
        yield Problem(f"/request/paging/next/{wanted}", f"{following['by']} needs {wanted}: add it")
    most = paging.get("pages_max", 1)
    for reference in references_in(most):
        schema = _schema_of(document, reference) or {}
        if schema.get("type") != "integer" or schema.get("maximum", _PAGES_MAX + 1) > _PAGES_MAX:
            message = f"{reference} must be a whole number with a maximum of at most {_PAGES_MAX}"
            yield Problem("/request/paging/pages_max", message)


def _http_permission(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = (one for one in document.get("permissions", ()) if one["name"] == "http")
    return next(found, None)
