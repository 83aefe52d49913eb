"""An advisory as others read it, what somebody says who writes one, and its documents. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.json_text import kept_text
from marketplace.advisories._tables import (
    REFERENCE_MAX,
    REFERENCES_MAX,
    TEXT_MAX,
    TITLE_MAX,
    MarketAdvisory,
    Severity,
)
from marketplace.advisories.ranges import affects, read_ranges, write_ranges
from marketplace.releases.words import require_text

OSV_VERSION = "1.6.7"
ECOSYSTEM = "blocks"
_SITE = re.compile(r"https://[^\s/<>\"@]+\.[^\s<>\"@]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryView:
    """An advisory; see the table for its fields."""

    advisory_id: str
    listing_id: str
    owner_id: UUID
    severity: Severity
    title: str
    text: str
    affected: str
    fixed_in: str
    references: tuple[str, ...]
    published_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    reason: str

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was taken back."""
        return self.withdrawn_at is not None

    def document(self) -> dict[str, Any]:
        """Write it as REST and the folder of a mirror do; who wrote it stays at home."""
        return {
            "advisory": self.advisory_id,
            "listing": self.listing_id,
            "severity": self.severity.value,
            "title": self.title,
            "text": self.text,
            "affected": self.affected,
            "fixed_in": self.fixed_in,
            "references": list(self.references),
            "published_at": format_instant(self.published_at),
            "changed_at": format_instant(self.changed_at),
            "withdrawn_at": format_instant(self.withdrawn_at) if self.withdrawn_at else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says who writes one, checked.

    Attributes:
        affected: Which versions; see `ranges`.
        fixed_in: The version that mends it, "" for none yet.
        references: https addresses.
    """

    severity: Severity
    title: str
    text: str
    affected: str
    fixed_in: str = ""
    references: tuple[str, ...] = ()


def view_of(row: MarketAdvisory) -> AdvisoryView:
    """Give a row as others see it."""
    return AdvisoryView(
        advisory_id=row.advisory_id,
        listing_id=row.listing_id,
        owner_id=row.owner_id,
        severity=row.severity,
        title=row.title,
        text=row.text,
        affected=row.affected,
        fixed_in=row.fixed_in,
        references=tuple(row.references),
        published_at=row.published_at,
        changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )


def read_said(given: Mapping[str, Any], versions: Collection[str]) -> Said:
    """Check what was written about a listing; all fields at once.

    Args:
        given: `severity`, `title`, `text`, `affected`, `fixed_in` and `references`, as they came.
        versions: Those of the listing that everybody may know of.

    Raises:
        InvalidError: naming each field.
    """
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        try:
            found[name] = read(given.get(name))
        except InvalidError as error:
            problems += error.problems
    if not problems:
        problems = _about_versions(found["affected"], found["fixed_in"], versions)
    if problems:
        raise InvalidError("the advisory cannot be published as it is", problems=problems)
    return Said(**found)


def osv_document(one: AdvisoryView) -> dict[str, Any]:
    """Write an advisory in the form of OSV 1.6 (https://ossf.github.io/osv-schema/).

    `severity` of that form wants a CVSS score, which an advisory has not: its word stands under
    `database_specific`. The ecosystem is none that OSV lists.
    """
    document: dict[str, Any] = {
        "schema_version": OSV_VERSION,
        "id": one.advisory_id,
        "modified": _seconds(one.changed_at),
        "published": _seconds(one.published_at),
        "summary": one.title,
        "details": one.text,
        "affected": [
            {
                "package": {"ecosystem": ECOSYSTEM, "name": one.listing_id},
                "ranges": [
                    {"type": "SEMVER", "events": _events(span.first, span.before, span.last)}
                    for span in read_ranges(one.affected)
                ],
            }
        ],
        "references": [{"type": "WEB", "url": url} for url in one.references],
        "database_specific": {"severity": one.severity.value.upper(), "fixed_in": one.fixed_in},
    }
    if one.withdrawn_at is not None:
        document["withdrawn"] = _seconds(one.withdrawn_at)
    return document


def _events(first: str, before: str, last: str) -> list[dict[str, str]]:
    events = [{"introduced": first or "0"}]
    if before:
        events.append({"fixed": before})
    elif last:
        events.append({"last_affected": last})
    return events


def _seconds(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _about_versions(affected: str, fixed_in: str, versions: Collection[str]) -> list[Problem]:
    problems = []
    if not any(affects(affected, one) for one in versions):
        told = f"affected: no released version lies in {affected}"
        problems.append(Problem("/affected", told))
    if fixed_in and fixed_in not in versions:
        told = f"fixed_in: {fixed_in} is not released: name a version that is, or leave it empty"
        problems.append(Problem("/fixed_in", told))
    elif fixed_in and affects(affected, fixed_in):
        told = f"fixed_in: {fixed_in} is one of the affected versions"
        problems.append(Problem("/fixed_in", told))
    return problems


def _severity(given: Any) -> Severity:
    words = [one.value for one in Severity]
    if given not in words:
        told = f"severity: choose one of {', '.join(words)}"
        raise InvalidError(told, problems=[Problem("/severity", told)])
    return Severity(given)


def _title(given: Any) -> str:
    return " ".join(require_text("title", _as_text(given), TITLE_MAX).split())


def _text(given: Any) -> str:
    return require_text("text", _as_text(given), TEXT_MAX)


def _affected(given: Any) -> str:
    return write_ranges(read_ranges(_as_text(given)))


def _fixed_in(given: Any) -> str:
    return _as_text(given).strip()


def _references(given: Any) -> tuple[str, ...]:
    found = tuple(one.strip() for one in given or () if one.strip())
    wrong = [one for one in found if len(one) > REFERENCE_MAX or not _SITE.fullmatch(one)]
    if wrong or len(found) > REFERENCES_MAX:
        told = f"references: give {REFERENCES_MAX} addresses at most, each beginning with https://"
        raise InvalidError(told, problems=[Problem("/references", told)])
    return found


def _as_text(given: Any) -> str:
    return kept_text(given or "")


_READERS = {
    "severity": _severity,
    "title": _title,
    "text": _text,
    "affected": _affected,
    "fixed_in": _fixed_in,
    "references": _references,
}
