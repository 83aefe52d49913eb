"""One message as each chat writes it: a coloured card with title, text, facts and a link.

What comes from an alarm is text of somebody else's: it calls nobody (`@channel`), and is no
markup.

Sources: Slack's incoming webhooks with attachments (Mattermost reads the same), Microsoft's
Adaptive Cards 1.4 in a message of Teams, Google Chat's cards v2, Discord's embeds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TITLE_MAX, TEXT_MAX, FACT_MAX, FACTS_MAX = 200, 3_000, 500, 20
SHORT = 40
"""Facts up to so many characters stand side by side."""
COLOURS = {
    "critical": "#d32f2f",
    "major": "#ef6c00",
    "minor": "#f9a825",
    "warning": "#0288d1",
    "indeterminate": "#757575",
    "cleared": "#2e7d32",
}
_TEAMS_COLOURS = {
    "critical": "Attention",
    "major": "Attention",
    "minor": "Warning",
    "warning": "Accent",
    "cleared": "Good",
}
_EVERYBODY = re.compile(r"@(?=channel|all|here|everyone)", re.IGNORECASE)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is said; bounded, and in one line where it has to be."""

    title: str
    text: str = ""
    severity: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    link: str = ""

    @property
    def colour(self) -> str:
        """As `#rrggbb`; grey for what has no severity."""
        return COLOURS.get(self.severity, COLOURS["indeterminate"])


def card_of(title: str, text: str, severity: str, facts: Mapping[str, str], link: str) -> Card:
    """Make a card that every chat takes: long texts are cut, blank facts left out."""
    few = [(name, value) for name, value in facts.items() if value.strip()][:FACTS_MAX]
    return Card(
        title=_cut(" ".join(title.split()), TITLE_MAX),
        text=_cut(text, TEXT_MAX) if text.strip() != title.strip() else "",
        severity=severity,
        facts={_cut(name, 80): _cut(value, FACT_MAX) for name, value in few},
        link=link,
    )


def _slack(card: Card) -> Json:
    shown: Json = {
        "fallback": _plain(card.title),
        "color": card.colour,
        "title": _plain(card.title),
        "text": _plain(card.text),
        "fields": [
            {"title": _plain(name), "value": _plain(value), "short": len(value) <= SHORT}
            for name, value in card.facts.items()
        ],
        **({"title_link": card.link} if card.link else {}),
    }
    return {"attachments": [shown]}


def _teams(card: Card) -> Json:
    said = {"type": "TextBlock", "wrap": True}
    body: list[Json] = [
        {
            **said,
            "text": card.title,
            "size": "Large",
            "weight": "Bolder",
            "color": _TEAMS_COLOURS.get(card.severity, "Default"),
        }
    ]
    if card.text:
        body.append({**said, "text": card.text})
    if card.facts:
        facts = [{"title": name, "value": value} for name, value in card.facts.items()]
        body.append({"type": "FactSet", "facts": facts})
    content: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if card.link:
        content["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": card.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": content}]}


def _google(card: Card) -> Json:
    marked = f'<font color="{card.colour}">{html.escape(card.severity or "message")}</font>'
    widgets: list[Json] = [{"decoratedText": {"topLabel": "Severity", "text": marked}}]
    if card.text:
        widgets.append({"textParagraph": {"text": html.escape(card.text)}})
    widgets += [
        {"decoratedText": {"topLabel": name, "text": html.escape(value), "wrapText": True}}
        for name, value in card.facts.items()
    ]
    if card.link:
        button = {"text": "Open", "onClick": {"openLink": {"url": card.link}}}
        widgets.append({"buttonList": {"buttons": [button]}})
    shown = {"header": {"title": card.title}, "sections": [{"widgets": widgets}]}
    return {"cardsV2": [{"cardId": "garland", "card": shown}]}


def _discord(card: Card) -> Json:
    shown: Json = {
        "title": card.title,
        "description": card.text,
        "color": int(card.colour[1:], 16),
        "fields": [
            {"name": name, "value": value, "inline": len(value) <= SHORT}
            for name, value in card.facts.items()
        ],
        **({"url": card.link} if card.link else {}),
    }
    return {"embeds": [shown], "allowed_mentions": {"parse": []}}


WRITE: Mapping[str, Callable[[Card], Json]] = {
    "slack": _slack,
    "teams": _teams,
    "google-chat": _google,
    "discord": _discord,
}
"""By chat, how a card is written."""


def _plain(text: str) -> str:
    """Write a text so that neither Slack nor Mattermost reads a link or a call to all in it.

    >>> _plain("<!channel> a & b")
    '&lt;!channel&gt; a &amp; b'
    """
    return _EVERYBODY.sub("@\u200b", html.escape(text, quote=False))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
