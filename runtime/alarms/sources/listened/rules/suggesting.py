"""A rule to begin with, made of one line: what varies in it becomes groups. Pure.

It is a proposal that a person looks at, so it errs towards a pattern that is too narrow: it always
fits the line that it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kernel.patterns import PATTERN_MAX
from runtime.alarms.sources.listened.rules.rows import ANY_TEXT
from runtime.alarms.sources.syslog.message import SyslogMessage

NAME_MAX = 120
_VARIES = re.compile(
    r"(?P<peer>\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}\b)"
    r"|(?P<port>\b[A-Za-z][A-Za-z-]{1,24}\d{1,4}(?:[/.:]\d{1,5}){1,4}\b)"
    r"|(?P<number>\b\d{1,12}\b)"
)
_GROUPS = {"peer": r"[0-9A-Fa-f:.]+", "port": r"[^ ,]+", "number": r"\d+"}
_OPPOSITES = (
    ("down", "up"), ("failed", "restored"), ("fail", "ok"), ("lost", "regained"),
    ("inactive", "active"), ("disconnected", "connected"), ("set", "cleared"),
    ("raised", "cleared"), ("exceeded", "normal"), ("faulty", "normal"),
)  # fmt: skip


def suggest_rule(message: SyslogMessage) -> dict[str, Any]:
    """Propose a rule for a message."""
    pattern, groups = _pattern(message.text)
    apart = [f"{{{one}}}" for one in groups]
    rule: dict[str, Any] = {
        "name": _name(message)[:NAME_MAX],
        "raise": pattern,
        "managed_object": "/".join(["{host}", *apart[:1]]),
        "key": "/".join(["{host}", *apart]),
    }
    if message.event:
        rule["event"] = message.event
    if message.app and not message.event:
        rule["app"] = message.app
    ending = _opposite(pattern)
    if ending:
        rule["clear"] = ending
        if message.event:
            rule["clear_event"] = _opposite(message.event) or message.event
    return rule


def _name(message: SyslogMessage) -> str:
    words = _VARIES.sub(" ", message.text)
    said = " ".join(re.findall(r"[A-Za-z][\w-]*", words)[:6])
    return f"{message.event or message.app}: {said}".strip(": ") or "New rule"


def _pattern(text: str) -> tuple[str, list[str]]:
    """Write a text as a pattern, as far as there is room; give the groups' names."""
    pieces: list[str] = []
    groups: list[str] = []
    for piece, group in _pieces(text, groups):
        if sum(map(len, pieces)) + len(piece) > PATTERN_MAX // 2:
            break
        pieces.append(piece)
        if group:
            groups.append(group)
    return "".join(pieces).rstrip() or ANY_TEXT, groups


def _pieces(text: str, taken: list[str]) -> Iterator[tuple[str, str]]:
    at = 0
    for found in _VARIES.finditer(text):
        for word in re.findall(r"\s+|\S+", text[at : found.start()]):
            yield _escaped(word), ""
        kind = found.lastgroup or "number"
        same = sum(one.rstrip("0123456789") == kind for one in taken)
        name = f"{kind}{same + 1}" if same else kind
        yield f"(?P<{name}>{_GROUPS[kind]})", name
        at = found.end()
    for word in re.findall(r"\s+|\S+", text[at:]):
        yield _escaped(word), ""


def _escaped(word: str) -> str:
    if word.isspace():
        return " " if word == " " else r"\s+"
    return re.sub(r"([\\.^$*+?{}\[\]()|])", r"\\\1", word)


def _opposite(text: str) -> str:
    """Say the end of what a text says, where it has a word with an opposite; "" otherwise."""
    for word, other in _OPPOSITES:
        found = re.search(rf"(?<![A-Za-z]){word}(?![A-Za-z])", text, re.IGNORECASE)
        if found is not None:
            said = found.group()
            new = other.upper() if said.isupper() else other
            return text[: found.start()] + new + text[found.end() :]
    return ""
