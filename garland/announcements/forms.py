"""What the form of an announcement says: local times on the clocks of a zone, and back.

Never fails on what was typed: what is no time stays as it is, and the check says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.zones import find_zone, instant_of, local_time
from tenancy.announcements.audience import Whom
from tenancy.announcements.model import TIMES, Kind, Said
from tenancy.announcements.whom import ids_by_slug, slugs_of

ZONE = "Europe/Berlin"
KINDS = (
    ("information", "Information"),
    ("maintenance", "Planned maintenance"),
    ("disruption", "Disruption"),
    ("resolved", "Resolved"),
)
WORK = ("work_starts", "work_ends")
_LOCAL = "%Y-%m-%dT%H:%M"


def document_of(session: Session, who: Acting, form: Mapping[str, str]) -> dict[str, Any]:
    """Read the form into an announcement's document.

    Raises:
        InvalidError: short names that nobody has who is looked after.
    """
    kind, zone = form.get("kind", ""), find_zone(form.get("zone", ""))
    asked = [one for one in TIMES if kind == Kind.MAINTENANCE.value or one not in WORK]
    return {
        "kind": kind,
        "title": form.get("title", ""),
        "text": form.get("text", "").replace("\r\n", "\n"),
        "zone": form.get("zone", ""),
        **{name: _instant(form.get(name, ""), zone) for name in asked},
        "audience": _audience(session, who, form),
        "mails": form.get("mails") == "true",
        "dismissable": form.get("dismissable") == "true",
    }


def form_of(session: Session, who: Acting, said: Said) -> dict[str, str]:
    """Write an announcement as the form shows it."""
    zone, audience = ZoneInfo(said.zone), said.audience
    times = {name: getattr(said, name) for name in TIMES}
    return {
        "kind": said.kind.value,
        "title": said.title,
        "text": said.text,
        "zone": said.zone,
        **{name: local_time(at, zone).strftime(_LOCAL) if at else "" for name, at in times.items()},
        "whom": audience.whom.value,
        "plan_id": str(audience.plan_id or ""),
        "reseller_id": str(audience.reseller_id or ""),
        "chosen": "\n".join(slugs_of(session, who, audience)),
        "below_resellers": "true" if audience.below_resellers else "",
        "mails": "true" if said.mails else "",
        "dismissable": "true" if said.dismissable else "",
    }


def blank_form(kind: str = "") -> dict[str, str]:
    """Give the form of one that nobody wrote yet."""
    known = dict(KINDS)
    usual = {"zone": ZONE, "whom": Whom.ALL.value, "below_resellers": "true", "dismissable": "true"}
    return {"kind": kind if kind in known else Kind.INFORMATION.value, **usual}


def _audience(session: Session, who: Acting, form: Mapping[str, str]) -> dict[str, Any]:
    whom = form.get("whom", "")
    slugs = form.get("chosen", "").replace(",", " ").split() if whom == Whom.CHOSEN.value else []
    ids, unknown = ids_by_slug(session, who, slugs)
    if unknown:
        message = f"chosen: nobody has the short name {', '.join(unknown[:5])}"
        raise InvalidError(message, problems=[Problem("/chosen", message)])
    return {
        "whom": whom,
        "plan_id": form.get("plan_id") or None,
        "reseller_id": form.get("reseller_id") or None,
        "organisation_ids": sorted(map(str, ids)),
        "below_resellers": form.get("below_resellers") == "true",
    }


def beside_of(error: InvalidError) -> dict[str, str]:
    """Give what is wrong with each field, by the form's own names."""
    names = {"organisation_ids": "chosen"}
    found = {one.pointer.rpartition("/")[2]: one.message for one in error.problems}
    return {names.get(name, name): message for name, message in found.items()}


def _instant(text: str, zone: ZoneInfo | None) -> str:
    try:
        local = datetime.fromisoformat(text)
        return format_instant(instant_of(local.replace(tzinfo=None), zone or ZoneInfo("UTC")))
    except (ValueError, OverflowError):
        return text
