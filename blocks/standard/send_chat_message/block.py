"""Send chat message: posts a card to a channel by its incoming webhook."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, HttpResponse, Outcome
from blocks.standard._alarm_words import description_of, facts_of, headline_of, severity_of
from blocks.standard._chat_cards import WRITE, card_of
from blocks.standard._servers import said_by

GONE = frozenset({401, 403, 404, 410})
FAILED = 500
SAYS_NO = "webhook message delivery failed"
"""What Teams answers with status 200 when it did not take a message."""


def run(ctx: Context) -> Outcome:
    """End by `done` once the chat took the message."""
    config, alarm = ctx.config, ctx.input.get("alarm") or {}
    title = ctx.input.get("title") or headline_of(alarm)
    text = ctx.input.get("text") or str(alarm.get("text") or "")
    if not title and not text:
        message = "There is nothing to say: give an alarm, a title or a text."
        raise BlockError("chat.empty", message)
    facts = {**(facts_of(alarm) if config["facts"] else {}), **ctx.input.get("fields", {})}
    severity = ctx.input.get("severity") or severity_of(alarm)
    card = card_of(title or text, text, severity, facts, ctx.input.get("link", ""))
    said = WRITE[config["chat"]](card)
    response = ctx.http.request("POST", "", json=said, connection="webhook")
    response.raise_if_busy()
    _check(response)
    return ctx.emit("done", {"title": card.title, "summary": description_of(alarm)[:1_000]})


def _check(response: HttpResponse) -> None:
    said = said_by(response)
    told = f"The chat answered {response.status}" + (f": {said}" if said else "")
    if response.status in GONE:
        message = f"{told}. Make the webhook anew and put its address into the connection."
        raise BlockError("chat.gone", message)
    if response.status >= FAILED:
        raise BlockError("chat.failed", f"{told}. Its operator has to look.")
    if not response.ok or said.lower().startswith(SAYS_NO):
        raise BlockError("chat.refused", f"{told}. See whether Chat is the right one.")
