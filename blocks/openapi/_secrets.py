"""Security schemes of a document as the slot for a tenant's connection."""

from __future__ import annotations

from typing import Any

from blocks.openapi._document import Part
from blocks.openapi._operations import Operation
from blocks.openapi._schemas import in_words, shortened

SLOT = "account"
_UNSAID = ["bearer", "basic", "oauth2_client", "api_key", "mtls"]
_FLOWS = {
    "clientCredentials": ["oauth2_client", "bearer"],
    "application": ["oauth2_client", "bearer"],
    "authorizationCode": ["oauth2_code", "bearer"],
    "accessCode": ["oauth2_code", "bearer"],
}
_ACCEPTS = {
    "basic": ["basic"],
    "http basic": ["basic"],
    "http bearer": ["bearer", "oauth2_client"],
    "mutualtls": ["mtls"],
    "openidconnect": ["oauth2_client", "oauth2_code", "bearer"],
}


def slot_of(operation: Operation, document: dict[str, Any]) -> dict[str, Any]:
    """Give the slot of an operation's block.

    A document that says nothing leaves the slot to who sets the step up: most servers want to know
    who asks, whether their document says so or not.
    """
    said = operation.part.fields.get("security", document.get("security"))
    slot: dict[str, Any] = {
        "slot": SLOT,
        "title": "Account",
        "reason": "Tells the server who asks",
        "accepts": _UNSAID,
        "required": False,
    }
    if not isinstance(said, list):
        return slot
    schemes = _schemes(document)
    for wanted in said:
        names = [name for name in wanted if name in schemes] if isinstance(wanted, dict) else []
        made = [(name, _slot(schemes[name])) for name in names]
        usable = [(name, facts) for name, facts in made if facts]
        if len(names) > 1:
            operation.notes["it wants several credentials at once: only one can be sent"] = None
        if usable:
            name, facts = usable[0]
            is_free = {} in said
            return slot | facts | {"title": in_words(name), "required": not is_free}
    if said and {} not in said:
        operation.notes["its security cannot be served: choose a connection that fits"] = None
    return slot


def _schemes(document: dict[str, Any]) -> dict[str, Part]:
    root = Part(document, "", document)
    if "swagger" in document:
        return dict(root.parts("securityDefinitions"))
    return dict(root.part("components").parts("securitySchemes"))


def _slot(scheme: Part) -> dict[str, Any]:
    kind, how = scheme.text("type").lower(), scheme.text("scheme").lower()
    if kind == "apikey" and scheme.text("in") in ("header", "query"):
        inject = {"as": scheme.text("in"), "name": shortened(scheme.text("name"), 80)}
        return {"accepts": ["api_key"], "inject": inject}
    if kind == "oauth2":
        return _oauth2(scheme)
    accepts = _ACCEPTS.get(f"{kind} {how}".strip())
    return {"accepts": accepts} if accepts else {}


def _oauth2(scheme: Part) -> dict[str, Any]:
    named = [scheme.text("flow"), *(name for name, _ in scheme.parts("flows"))]
    found = [kind for name in named for kind in _FLOWS.get(name, ["bearer"] if name else [])]
    return {"accepts": sorted(set(found))} if found else {}
