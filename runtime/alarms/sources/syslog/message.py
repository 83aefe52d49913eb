"""Syslog messages as they come: RFC 5424, RFC 3164, and what routers make of it.

Source: RFC 5424 clause 6, RFC 3164 clause 4; the routers' habits as their messages show them (Cisco
IOS and NX-OS, Junos, Huawei VRP, Nokia SR OS). Pure. Any bytes give a message: syslog has no form
that all keep to, so what is not recognised stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.clock import parse_instant

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
)  # fmt: skip
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
MESSAGE_MAX = 64 * 1024
TEXT_MAX = 8 * 1024
FIELD_MAX = 255
DATA_MAX = 100
STRANGE_SHARE = 4  # text in another encoding has fewer characters than a quarter that are none
NO_PRIORITY = 13  # RFC 3164 clause 4.3.3: user.notice
PRIORITY_MAX = 191
_NIL = "-"

_PRIORITY = re.compile(r"<(\d{1,3})>")
_NEW = re.compile(r"1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) ")
_DATA = re.compile(r'\[([^ =\]"]{1,32})((?: [^ =\]"]{1,32}="(?:[^"\\\]]|\\.)*")*)\]')
_PAIR = re.compile(r' ([^ =\]"]{1,32})="((?:[^"\\\]]|\\.)*)"')
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[+-]\d\d:\d\d|Z)?(?: [A-Z]{3,5}(?=[: ]))?"
_TIME = re.compile(
    rf"[*.]?(?:\d{{4}}-\d\d-\d\dT{_CLOCK}|{_MONTH}  ?\d\d?(?: \d{{4}})? {_CLOCK}"
    rf"|\d{{4}} {_MONTH}  ?\d\d? {_CLOCK}):?(?: +|$)"
)
_SEQUENCE = re.compile(r"\d{0,10}: ")
_HOST_BEFORE = re.compile(r"([A-Za-z0-9][\w.:-]{0,254}): (?=[*.]?(?:\d{4}|" + _MONTH + "))")
_HOST = re.compile(r"([A-Za-z0-9][\w.:-]{0,254}) +(?=\S)")
_TAG = re.compile(r"/?([A-Za-z0-9_./-]{1,48})(?:\[(\d{1,10})\])?: ?")
_ENGINE = re.compile(r"re[01][.-]")  # Junos: which of its two engines speaks
_CISCO = re.compile(r"%([A-Z][A-Z0-9_]{0,40}(?:-[A-Z0-9_]{1,40})?-[0-7]-[A-Z0-9_]{1,60}): ?")
_HUAWEI = re.compile(
    r"%%\d\d([A-Z0-9_]{1,40}/[0-7]/[A-Za-z0-9_]{1,80})(?:\([a-z]\))?(?:\[\d+\])?: ?"
)
_NOKIA = re.compile(
    r"TMNX: \d+ \S{1,64} ([A-Z0-9_]{1,40}-(?:CRITICAL|MAJOR|MINOR|WARNING|CLEARED|INDETERMINATE)"
    r"-[A-Za-z0-9_]{1,80}-\d{1,6})\b:? ?"
)
_JUNOS = re.compile(r"([A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]{1,80})(?::\d+)?: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogMessage:
    """One message.

    Attributes:
        instant: When, by the sender's clock; None where it does not say its zone or year.
        event: The sender's own name of what happened: a message id, or a router's mnemonic.
        data: Structured data (RFC 5424), `id.name` by value.
        raw: All of it, as text.
    """

    facility: str
    level: str
    text: str
    raw: str
    instant: datetime | None = None
    host: str = ""
    app: str = ""
    process: str = ""
    event: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def read_syslog(octets: bytes) -> SyslogMessage:
    """Read a message.

    >>> read_syslog(b"<27>Nov 24 14:56:18 vm fand: fan tray 2 failed").text
    'fan tray 2 failed'
    """
    raw = _text(octets[:MESSAGE_MAX])
    found = _PRIORITY.match(raw)
    priority = int(found.group(1)) if found else NO_PRIORITY
    at = found.end() if found else 0
    if priority > PRIORITY_MAX:
        priority, at = NO_PRIORITY, 0
    facility, level = FACILITIES[priority >> 3], LEVELS[priority & 7]
    body = raw[at:]
    parts: dict[str, Any] = _new(body) or _old(body)
    return SyslogMessage(facility=facility, level=level, raw=raw, **parts)


def unreadable(octets: bytes) -> str:
    r"""Say why a message is none at all; "" for whatever a person could make something of.

    What has no priority is a message (RFC 3164 clause 4.3.3), unless it is no text either.

    >>> unreadable(b"fan failed"), unreadable(b"\xff\xfe\x00\x01")
    ('', 'no priority, and 4 octets that are no text')
    """
    raw = _text(octets[:MESSAGE_MAX])
    if not raw.strip():
        return "an empty message"
    if _PRIORITY.match(raw):
        return ""
    strange = sum(not (one.isprintable() or one.isspace()) or one == "\ufffd" for one in raw)
    if strange * STRANGE_SHARE <= len(raw):
        return ""
    return f"no priority, and {len(octets):,} octets that are no text"


def _text(octets: bytes) -> str:
    text = octets.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    return text.rstrip("\r\n\0 ").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _new(body: str) -> dict[str, Any] | None:
    head = _NEW.match(body)
    if head is None:
        return None
    when, host, app, process, event = ("" if one == _NIL else one for one in head.groups())
    data, at = _structured(body, head.end())
    text = body[at:].removeprefix(" ").removeprefix("\ufeff")
    return {
        "instant": _instant(when),
        "host": host,
        "app": app,
        "process": process,
        "event": event,
        "data": data,
        "text": text[:TEXT_MAX],
    }


def _structured(body: str, at: int) -> tuple[dict[str, str], int]:
    if body[at : at + 1] == _NIL:
        return {}, at + 1
    found: dict[str, str] = {}
    while (element := _DATA.match(body, at)) is not None:
        for pair in _PAIR.finditer(element.group(2)):
            if len(found) < DATA_MAX:
                name = f"{element.group(1)}.{pair.group(1)}"
                found[name] = re.sub(r"\\([\"\\\]])", r"\1", pair.group(2))[:FIELD_MAX]
        at = element.end()
    return found, at


def _instant(said: str) -> datetime | None:
    try:
        return parse_instant(said) if said else None
    except (ValueError, OverflowError):
        return None


def _old(body: str) -> dict[str, Any]:
    """Read RFC 3164's head and what routers put around it, as far as it can be made out."""
    at, host, instant = 0, "", None
    if (sequence := _SEQUENCE.match(body, at)) is not None:
        at = sequence.end()
    if (before := _HOST_BEFORE.match(body, at)) is not None:
        host, at = before.group(1), before.end()
    if (when := _TIME.match(body, at)) is not None:
        instant, at = _instant(when.group().strip(" *.").rstrip(":")), when.end()
        after = None if host or body.startswith("%", at) else _HOST.match(body, at)
        if after is not None and not _is_tag(body, at):
            host, at = after.group(1), after.end()
    return {"instant": instant, "host": _ENGINE.sub("", host, count=1), **_content(body[at:])}


def _is_tag(body: str, at: int) -> bool:
    found = _TAG.match(body, at)
    return found is not None and not body[found.end() :].startswith("%")


def _content(text: str) -> dict[str, str]:
    for pattern in (_CISCO, _HUAWEI, _NOKIA):
        if (found := pattern.match(text)) is not None:
            return {"event": found.group(1), "text": text[found.end() :].strip()[:TEXT_MAX]}
    app = process = event = ""
    tag = _TAG.match(text)
    if tag is not None and (not _JUNOS.match(text) or _JUNOS.match(text, tag.end())):
        app, process = tag.group(1), tag.group(2) or ""
        text = text[tag.end() :].strip()
    if (named := _JUNOS.match(text)) is not None:
        event, text = named.group(1), text[named.end() :]
    return {"app": app, "process": process, "event": event, "text": text.strip()[:TEXT_MAX]}
