"""Files of services: CSV and TMF638. Pure: bytes in, checked documents and problems out.

CSV: a line for each service with `key` or `name`, or several lines with one key for a service that
needs several groups of resources. TMF638: what a `GET` answers, or a ServiceCreateEvent.

Source: TMF638 v4.0.0 and v5.0.0, `Service`: `supportingResource`, `supportingService`,
`serviceRelationship`, `serviceCharacteristic` (v4) and `characteristic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, MalformedError
from kernel.json_text import read_json
from kernel.numbers import whole_number
from runtime.imports.reading import FILE_MAX_BYTES, FileRead, refused
from runtime.imports.sheets import sheet_rows, unguarded
from runtime.services.forms import key_for
from runtime.services.model import HOPS, parse_service

SERVICES_AT_ONCE = 1_000
_KINDS = (
    ("telephone", ("voice", "phone", "voip", "sip", "pbx")),
    ("television", ("television", "iptv", "tv ")),
    ("mobile", ("mobile", "5g", "lte")),
    ("cloud", ("cloud", "hosting", "server", "storage")),
    ("network", ("vpn", "wan", "ethernet", "mpls", "leased", "network")),
    ("internet", ("internet", "broadband", "access", "ftth", "dsl")),
)
_RELIES = ("dependson", "relieson", "requires", "uses", "issupportedby")


@dataclass(slots=True)
class Gathered(FileRead):
    """What a file says: documents by key, and what could not be taken of it."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, place: str, document: dict[str, Any]) -> None:
        """Take a service, or note why not."""
        try:
            parse_service(document)
        except InvalidError as error:
            self.refuse(place, "; ".join(one.message for one in error.problems))
            return
        key = document["key"]
        if key in self.services:
            self.refuse(place, f"{key} is there twice: give each service a key of its own")
        elif len(self.services) >= SERVICES_AT_ONCE:
            raise refused(
                f"the file has more than {SERVICES_AT_ONCE:,} services: import it in parts"
            )
        else:
            self.services[key] = document


def read_services(content: bytes, *, zone: str) -> Gathered:
    """Read a file; `zone` counts for services that name none.

    Raises:
        InvalidError: the file is empty, too large, or of no known format.
    """
    if not content.strip():
        raise refused("the file is empty: choose one with services in it")
    if len(content) > FILE_MAX_BYTES:
        raise refused("the file is larger than 5 MB: import it in parts")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return _read_tmf638(read_json(content, what="the file"), zone)
        except MalformedError as error:
            raise refused(error.message) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("the file is no UTF-8 text: save it as CSV UTF-8") from None
    return _read_csv(text, zone)


def _read_csv(text: str, zone: str) -> Gathered:
    found, rows = Gathered("CSV"), sheet_rows(text)
    _, columns = next(rows, (0, []))
    names = [name.strip().lower().replace(" ", "_") for name in columns]
    if "key" not in names and "name" not in names:
        raise refused(
            "line 1 must name the columns: key, name, kind, resources, need, sla and others"
        )
    documents: dict[str, tuple[str, dict[str, Any]]] = {}
    for line, cells in rows:
        row = dict(zip(names, (unguarded(cell).strip() for cell in cells), strict=False))
        key = row.get("key") or key_for(row.get("name", ""))
        if key in documents:
            documents[key][1]["rests_on"] += _needs(row)
        else:
            documents[key] = f"line {line}", _from_row(row, key, zone)
    for place, document in documents.values():
        found.add(place, document)
    return found


def _from_row(row: Mapping[str, str], key: str, zone: str) -> dict[str, Any]:
    hops, whole = row.get("hops", ""), whole_number(row.get("hops", ""))
    sla = row.get("sla", "").removesuffix("%").strip()
    return {
        "key": key,
        "name": row.get("name") or key,
        "kind": row.get("kind", "").lower() or "other",
        "note": row.get("note", ""),
        "zone": row.get("zone") or zone,
        "rests_on": _needs(row),
        "hops": (hops or HOPS) if whole is None else whole,
        "breaks_from": row.get("breaks_from", "").lower() or "critical",
        "sla": {
            "percent": sla,
            "planned_excluded": row.get("planned", "").lower() != "counted",
            "calendar": row.get("calendar", ""),
        }
        if sla
        else None,
        "watched_from": row.get("in_use_since") or None,
    }


def _needs(row: Mapping[str, str]) -> list[dict[str, Any]]:
    keys = [key.strip() for key in row.get("resources", "").split("|") if key.strip()]
    return [{**_how(row.get("need", "")), "keys": keys}] if keys else []


def _how(text: str) -> dict[str, Any]:
    """Read `all`, `any` or a share such as `60 %`; anything else is left to the check."""
    said = text.strip().lower()
    share = whole_number(said.removesuffix("%").strip())
    if share is not None:
        return {"need": "share", "share": share}
    return {"need": said or "all"}


def _read_tmf638(document: Any, zone: str) -> Gathered:
    found = Gathered("TMF638")
    bodies = list(_bodies(document))
    if not bodies:
        raise refused("the file is JSON but has no TMF638 service: it needs id or name, and @type")
    for place, body in bodies:
        found.add(place, _from_body(body, zone))
    return found


def _bodies(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(document, list):
        for index, one in enumerate(document):
            if isinstance(one, Mapping) and _is_service(one):
                yield f"{index}", one
    elif isinstance(document, Mapping):
        event = document.get("event")
        inner = event.get("service") if isinstance(event, Mapping) else None
        if isinstance(inner, Mapping):
            if document.get("eventType") != "ServiceCreateEvent":
                raise refused("the event holds no whole service: import what GET answers")
            yield "event/service", inner
        elif _is_service(document):
            yield "service", document


def _is_service(body: Mapping[str, Any]) -> bool:
    return any(isinstance(body.get(name), str) for name in ("id", "name")) and "op" not in body


def _from_body(body: Mapping[str, Any], zone: str) -> dict[str, Any]:
    said = _characteristics(body)
    keys = list(dict.fromkeys(_supporting(body)))
    percent = said.get("availability") or said.get("sla")
    name = _text(body.get("name"))
    return {
        "key": _text(body.get("id")) or key_for(name),
        "name": (name or _text(body.get("id")))[:120],
        "kind": _kind(body),
        "note": _text(body.get("description")),
        "zone": said.get("timezone") or zone,
        "rests_on": [{**_how(said.get("redundancy", "")), "keys": keys}] if keys else [],
        "hops": HOPS,
        "breaks_from": "critical",
        "sla": {
            "percent": percent.removesuffix("%").strip(),
            "planned_excluded": said.get("plannedwork", "") != "counted",
            "calendar": said.get("calendar", ""),
        }
        if percent
        else None,
        "watched_from": _text(body.get("startDate")) or None,
    }


def _characteristics(body: Mapping[str, Any]) -> dict[str, str]:
    listed = body.get("serviceCharacteristic", body.get("characteristic"))
    return {
        re.sub(r"[^a-z]", "", _text(one.get("name")).lower()): str(one.get("value", "")).strip()
        for one in _listed(listed)
    }


def _supporting(body: Mapping[str, Any]) -> Iterator[str]:
    for name in ("supportingResource", "supportingService"):
        for one in _listed(body.get(name)):
            inner = one.get("resource") or one.get("service") or one
            yield from filter(None, [_text(inner.get("id") if isinstance(inner, Mapping) else "")])
    for one in _listed(body.get("serviceRelationship")):
        word = re.sub(r"[^a-z]", "", _text(one.get("relationshipType")).lower())
        other = one.get("service")
        if word in _RELIES and isinstance(other, Mapping) and _text(other.get("id")):
            yield _text(other.get("id"))


def _kind(body: Mapping[str, Any]) -> str:
    specification = body.get("serviceSpecification")
    named = specification.get("name") if isinstance(specification, Mapping) else ""
    texts = (named, *(body.get(name) for name in ("category", "serviceType", "@type", "name")))
    said = f"{' '.join(map(_text, texts)).lower()} "
    return next((kind for kind, words in _KINDS if any(one in said for one in words)), "other")


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
