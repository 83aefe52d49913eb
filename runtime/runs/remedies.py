"""What to do about an error: advice by its code, in the words of the person who must act.

What the block's own manifest says about an error comes first. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.manifest import Manifest

_BY_CODE = {
    "block.timeout": (
        "The step took longer than it may. See whether what it calls is slow or down; give the "
        "step a longer time-out in the designer, then retry."
    ),
    "block.bad_output": (
        "The block gave something else than its manifest promises. That is a fault of the block: "
        "use another version of it, or tell its publisher, with the error's text."
    ),
    "block.bad_input": (
        "The step was given something its block does not take. Retry it with a corrected input "
        "here, and mend the field in the designer."
    ),
    "block.crashed": (
        "The block's code broke. Retry once; if it breaks again, use another version of the "
        "block, or tell its publisher, with the error's text."
    ),
    "block.unknown": (
        "The block is not installed here. Install it, or replace the step in the designer and "
        "publish; then run it again on the new version."
    ),
    "block.not_permitted": (
        "The block asked for something its manifest does not ask permission for. Use another "
        "version of the block."
    ),
    "block.too_many_effects": "The step changes too much at once: split it, or loop over less.",
    "block.no_example": (
        "A trial cannot imitate this block. Allow effects in the trial, or run it for real."
    ),
    "http.timeout": (
        "The other system did not answer in time. See whether it is up and reachable, then retry."
    ),
    "http.unreachable": (
        "No connection came about: the name is unknown, or nothing listens there. Check the "
        "address, the firewall and whether the other system runs, then retry."
    ),
    "http.forbidden_address": (
        "Calls to this address are not allowed, because it lies inside the installation. Use an "
        "outside address, or ask who runs this installation to allow it."
    ),
    "http.bad_address": "The address is none: correct it in the step, or the data it is made of.",
    "http.not_json": "The answer is no JSON. Check the address, or set the step to read text.",
    "http.too_large": "The answer is too large. Ask the other system for less, such as one page.",
    "http.too_many_redirects": "The address leads in a circle: use the one it ends up at.",
    "http.bad_header": "A header holds what none may: correct it, or the data it is made of.",
    "http.bad_answer": (
        "The other system answered what cannot be read as HTTP, or broke off. Retry; if it stays "
        "so, see what stands between it and us."
    ),
    "http.insecure_redirect": (
        "The other system leads from https to an address without encryption. Use the address "
        "it should lead to, with https."
    ),
    "http.busy": "The other system is overloaded. It is tried again by itself; else retry later.",
    "connections.missing": "Choose a connection in the step's settings, publish, and run it again.",
    "connections.unknown": (
        "Its connection is gone. Choose another in the step's settings and publish; then run it "
        "again on the new version."
    ),
    "connections.wrong_kind": "Choose a connection of a kind that the block takes, and publish.",
    "connections.wrong_host": (
        "The connection may not be used for this address. Correct the address, or have an admin "
        "add its host to the connection, who has to write its secret anew."
    ),
    "connections.no_token": (
        "Open the connection and test it: it says why no token comes. Sign in anew where it is in "
        "somebody's name; then retry."
    ),
    "mail.not_configured": "No mail server is set up: ask who runs this installation.",
    "mail.refused": "The mail server refused the message: check sender, recipients and size.",
    "mail.unavailable": "The mail server does not answer. Retry when it does.",
    "mail.bad_message": "The message is not one that can be sent: check its addresses.",
    "flow.expression": (
        "An expression gave no value, mostly because what it names is not there in this run. "
        "Compare it with the inputs and outputs of the steps before; has(…) guards a field that "
        "may be missing."
    ),
    "tables.unknown": "The table is not there: add it, or correct its name in the step.",
    "run.storage_full": (
        "Large values take all the room there is. Shorten how long runs are kept, or hand on "
        "less data between steps."
    ),
    "run.kills_worker": (
        "Give the step that comes next less to do or a smaller value, or leave its block out; then "
        "run it again."
    ),
    "run.cancelled": "It was stopped on purpose. Run it again if that was a mistake.",
    "runtime.not_started": "The workflow that was called cannot run now: publish or resume it.",
    "workflow.failed": "The workflow that was called failed: open its run and see why.",
    "workflow.cancelled": "The workflow that was called was cancelled: its run says by whom.",
}
_BY_AREA = {
    "http": "The call went wrong. Check the address and the other system, then retry.",
    "mail": "The mail was not sent. Check the recipients and the mail server, then retry.",
    "block": "The block could not do its work. Look at the step's input; retry once it is right.",
    "flow": "The workflow cannot go on as it is drawn. Mend it in the designer and publish.",
    "limit": "A limit of your organisation is reached. Wait, do less at once, or ask to raise it.",
    "wait": "The moment to wait for is not clear. Correct the time in the step.",
}
_HTTP_STATUSES = (
    (
        401,
        401,
        "The other system does not know who calls: check the credentials of the connection.",
    ),
    (403, 403, "The other system does not allow this: check what the credentials may do there."),
    (404, 404, "There is nothing at this address: check it, and the data it is made of."),
    (409, 409, "The other system holds another state: look at it there before you retry."),
    (429, 429, "The other system is asked too often: retry later, or run fewer at a time."),
    (400, 499, "The other system refuses the request: compare what was sent with what it takes."),
    (500, 599, "The other system is broken or down: see to it there, then retry."),
)


def remedy_for(error: Mapping[str, Any] | None, manifest: Manifest | None = None) -> str:
    """Say what can be done about an error; "" when nothing is known of its code.

    >>> remedy_for({"code": "mail.not_configured", "message": "…"})
    'No mail server is set up: ask who runs this installation.'
    """
    if not error:
        return ""
    code = str(error.get("code", ""))
    declared = manifest.declared_error(code) if manifest is not None else None
    said = declared.text.rstrip(".") + "." if declared is not None and declared.text else ""
    return " ".join(part for part in (said, _advice(code)) if part)


def _advice(code: str) -> str:
    if code in _BY_CODE:
        return _BY_CODE[code]
    status = _status_in(code)
    for least, most, text in _HTTP_STATUSES:
        if status is not None and least <= status <= most:
            return text
    return _BY_AREA.get(code.partition(".")[0], "")


def _status_in(code: str) -> int | None:
    """Find an HTTP status in a code such as http.503 or http.status_503."""
    area, _, rest = code.partition(".")
    digits = rest.removeprefix("status_")
    return int(digits) if area == "http" and digits.isdecimal() else None
