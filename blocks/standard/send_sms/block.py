"""Send SMS: hands a short text for each recipient to a gateway, and says how each fared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from blocks.sdk import BlockError, Context, HttpResponse, Outcome
from blocks.standard._servers import Server, once, segment
from blocks.standard._short_messages import cut_to, length_of
from blocks.standard._tmf import cut

NUMBER = re.compile(r"\+?[0-9]{3,15}")
FORM = "application/x-www-form-urlencoded"
PLACES = re.compile(r"\{(to|text|from|id)\}")
FOR_ALL = frozenset(
    {
        "http.busy",
        "http.unreachable",
        "http.timeout",
        "server.failed",
        "server.not_signed_in",
        "server.not_allowed",
        "server.not_found",
    }
)
"""What is so for every recipient, not for one."""

Result = dict[str, Any]


def run(ctx: Context) -> Outcome:
    """End by `done` when all were taken, `partly` when some were, `refused` when none was."""
    said = ctx.config["text"].strip()
    if not said:
        raise BlockError("sms.empty", "There is nothing to say: give a text.")
    text = cut_to(said, ctx.config["parts_max"])
    if text != said and ctx.config["too_long"] == "refuse":
        message = (
            f"The text makes {length_of(said).parts} messages and may make "
            f"{ctx.config['parts_max']}: shorten it, or let it be cut."
        )
        raise BlockError("sms.too_long", message)
    results: list[Result] = []
    for to in dict.fromkeys(map(_number, ctx.config["to"])):
        results.append(_sent(ctx, to, text, is_first=not any(one["sent"] for one in results)))
    count = sum(one["sent"] for one in results)
    length = length_of(text)
    output = {
        "results": results,
        "sent": count,
        "failed": len(results) - count,
        "text": text,
        "was_cut": text != said,
        "alphabet": length.alphabet,
        "characters": length.units,
        "parts": length.parts,
    }
    if count == 0:
        return ctx.emit("refused", output)
    return ctx.emit("done" if count == len(results) else "partly", output)


def _number(text: str) -> str:
    """Write a phone number without what people put between its digits."""
    bare = re.sub(r"[ ()/.-]", "", text)
    return bare if NUMBER.fullmatch(bare) else text


def _sent(ctx: Context, to: str, text: str, *, is_first: bool) -> Result:
    """Hand over one message.

    While nothing was sent, what may pass is raised, so that the step is tried again; afterwards a
    second try would send the first ones again, so it is told instead.
    """
    if not NUMBER.fullmatch(to):
        return {"to": to, "sent": False, "said": "This is no phone number: write +41791234567."}
    if ctx.cancelled:
        return {"to": to, "sent": False, "said": "Not tried: the step's time was up."}
    try:
        response = _handed_over(ctx, to, text)
    except BlockError as error:
        if is_first and error.code in FOR_ALL:
            raise
        return {"to": to, "sent": False, "said": error.message[:300]}
    return {"to": to, "sent": True, "id": _id_in(response, ctx.config["id_at"])}


def _handed_over(ctx: Context, to: str, text: str) -> HttpResponse:
    config = ctx.config
    server = Server(
        http=ctx.http, url=config["server"], name="the SMS gateway", connection="account"
    )
    headers = once(ctx.run.idempotency_key, to)
    number = headers["Idempotency-Key"]
    places = {"to": to, "text": text, "from": config.get("sender", ""), "id": number}
    if config["gateway"] == "twilio":
        path = f"/2010-04-01/Accounts/{segment(config.get('account', ''))}/Messages.json"
        form = {"To": to, "From": places["from"], "Body": text}
        headers["Content-Type"] = FORM
        return server.call("POST", path, body=urlencode(form), headers=headers)
    body = _filled(config["body"], places)
    if config["sent_as"] == "form":
        headers["Content-Type"] = FORM
        return server.call("POST", "", body=urlencode(body), headers=headers)
    return server.call("POST", "", json=body, headers=headers)


def _filled(template: Any, places: Mapping[str, str]) -> Any:
    """Put the message into a template; what is put in is never read as a place again."""
    if isinstance(template, str):
        return PLACES.sub(lambda found: places[found[1]], template)
    if isinstance(template, dict):
        return {name: _filled(one, places) for name, one in template.items()}
    return [_filled(one, places) for one in template] if isinstance(template, list) else template


def _id_in(response: HttpResponse, name: str) -> str:
    """Find the message's number in an answer, by a path with dots; "" where it has none."""
    try:
        found = response.json()
    except BlockError:
        return ""
    for part in name.split("."):
        found = found[0] if isinstance(found, list) and found else found
        found = found.get(part) if isinstance(found, dict) else None
    return str(cut(found))[:200] if isinstance(found, str | int) else ""
