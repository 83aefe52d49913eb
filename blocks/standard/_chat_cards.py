"""One message as each chat writes it: a coloured card with title, text, facts and a link.

What comes from an alarm is text of somebody else's: it calls nobody (`@channel`), and each chat
gets it written so that it reads no markup in it. What is a bare address may become a link.

Sources: Slack's incoming webhooks with attachments, Mattermost's (the same, but text is
Markdown), Microsoft's Adaptive Cards 1.4 in a message of Teams (text is Markdown), Google Chat's
cards v2 (text is HTML), Discord's embeds (text is Markdown; 6,000 characters in all).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.standard._alarm_words import shortened

TITLE_MAX, TEXT_MAX, FACT_MAX, FACTS_MAX = 200, 3_000, 500, 20
_DISCORD_TITLE_MAX = 256
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
_CALLED = re.compile(r"@(?=channel|all|here|everyone)|(?<!\w)@(?=\w)", re.IGNORECASE)
_MARKS = re.compile(r"[\\`*_~|<>\[\]{}&]|^[ \t]*(?:[#=+-]|\d+(?=[.)](?:\s|$)))", re.MULTILINE)
_TEAMS_ROOM, _DISCORD_ROOM = 5_000, 6_000
"""So many characters for facts (28 KB in all); and for title, text and facts together."""

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
        title=shortened(" ".join(title.split()), TITLE_MAX),
        text=shortened(text, TEXT_MAX) if text.strip() != title.strip() else "",
        severity=severity,
        facts={shortened(name, 80): shortened(value, FACT_MAX) for name, value in few},
        link=link,
    )


def _slack(card: Card) -> Json:
    return {"attachments": [{**_attachment(card, _entities), "mrkdwn_in": []}]}


def _mattermost(card: Card) -> Json:
    return {"attachments": [_attachment(card, _escaped)]}


def _attachment(card: Card, write: Callable[[str], str]) -> Json:
    return {
        "fallback": write(card.title),
        "color": card.colour,
        "title": write(card.title),
        "text": write(card.text),
        "fields": [
            {"title": write(name), "value": write(value), "short": len(value) <= SHORT}
            for name, value in card.facts.items()
        ],
        **({"title_link": card.link} if card.link else {}),
    }


def _teams(card: Card) -> Json:
    said = {"type": "TextBlock", "wrap": True}
    body: list[Json] = [
        {
            **said,
            "text": _escaped(card.title),
            "size": "Large",
            "weight": "Bolder",
            "color": _TEAMS_COLOURS.get(card.severity, "Default"),
        }
    ]
    if card.text:
        body.append({**said, "text": _shortened(_escaped(card.text), TEXT_MAX)})
    if card.facts:
        told = _facts(card, room=_TEAMS_ROOM)
        facts = [{"title": name, "value": value} for name, value in told]
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
    title = _shortened(_escaped(card.title), _DISCORD_TITLE_MAX)
    text = _shortened(_escaped(card.text), TEXT_MAX)
    facts = _facts(card, room=_DISCORD_ROOM - len(title) - len(text))
    shown: Json = {
        "title": title,
        "description": text,
        "color": int(card.colour[1:], 16),
        "fields": [
            {"name": name, "value": value, "inline": len(value) <= SHORT} for name, value in facts
        ],
        **({"url": card.link} if card.link else {}),
    }
    return {"embeds": [shown], "allowed_mentions": {"parse": []}}


WRITE: Mapping[str, Callable[[Card], Json]] = {
    "slack": _slack,
    "mattermost": _mattermost,
    "teams": _teams,
    "google-chat": _google,
    "discord": _discord,
}
"""By chat, how a card is written."""


def _facts(card: Card, *, room: int) -> list[tuple[str, str]]:
    """Write the facts in Markdown as far as there is room; what is over is left out."""
    told = []
    for name, value in card.facts.items():
        pair = _escaped(name), _shortened(_escaped(value), FACT_MAX)
        room -= sum(map(len, pair))
        if room < 0:
            break
        told.append(pair)
    return told


def _entities(text: str) -> str:
    """Write a text so that Slack reads neither a link nor a call in it.

    >>> _entities("<!channel> a & b")
    '&lt;!channel&gt; a &amp; b'
    """
    return _calling_nobody(html.escape(text, quote=False))


def _escaped(text: str) -> str:
    r"""Write a text so that a chat that reads Markdown shows it as it is.

    >>> print(_escaped("- [a](b) *c* ge-0/0/1"))
    \- \[a\](b) \*c\* ge-0/0/1
    """
    return _calling_nobody(_MARKS.sub(_after_backslash, text))


def _after_backslash(found: re.Match[str]) -> str:
    mark = found.group().lstrip()
    blank = found.group()[: -len(mark)]
    return f"{blank}{mark}\\" if mark.isdigit() else f"{blank}\\{mark}"


def _calling_nobody(text: str) -> str:
    return _CALLED.sub("@\u200b", text)


def _shortened(written: str, most: int) -> str:
    """Cut what is escaped, never between a backslash and what it stands before."""
    if len(written) <= most:
        return written
    kept = written[: most - 1]
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2] + "…"
