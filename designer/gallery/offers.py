"""Every template that an organisation can choose: Garland's, those of packs, and its own.

A pack's workflow becomes a draft, with its rules, when the pack is installed; as a template it is
the workflow alone, to be used once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.gallery.library import library
from designer.gallery.model import CATEGORIES, Template, parse_template
from designer.gallery.store import own_template, own_templates
from kernel.errors import NotFoundError
from kernel.ids import slugify
from runtime.packs.parts import TABLE, WORKFLOW, Part, parts_of
from runtime.packs.standard import standard_packs
from runtime.packs.store import list_installed

_SUMMARY_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A template in the gallery; one of a pack that is not installed leads to installing it."""

    template: Template
    is_own: bool = False
    is_installed: bool = True


def every_offer(
    session: Session, tenant_id: UUID, *, q: str = "", category: str = ""
) -> list[Offer]:
    """List the templates that a search and a category leave: the organisation's own first."""
    installed = {one.pack_id for one in list_installed(session, tenant_id)}
    own = [Offer(template=one, is_own=True) for one in own_templates(session, tenant_id)]
    found = [
        *own,
        *(Offer(template=one) for one in library().values()),
        *(
            Offer(template=one, is_installed=one.pack in installed)
            for one in pack_templates().values()
        ),
    ]
    return [
        one for one in found if one.template.is_about(q) and category in ("", one.template.category)
    ]


def find_offer(session: Session, tenant_id: UUID, key: str) -> Offer:
    """Give one by its key; raises NotFoundError."""
    if key in library():
        return Offer(template=library()[key])
    if key in pack_templates():
        template = pack_templates()[key]
        installed = {one.pack_id for one in list_installed(session, tenant_id)}
        return Offer(template=template, is_installed=template.pack in installed)
    try:
        template_id = UUID(key)
    except ValueError:
        raise NotFoundError("no such template", template=key[:80]) from None
    return Offer(template=own_template(session, tenant_id, template_id), is_own=True)


def categories_of(offers: list[Offer]) -> list[tuple[str, str]]:
    """List the categories that some template is of, in the order people think of them."""
    used = {one.template.category for one in offers}
    return [(name, title) for name, title in CATEGORIES.items() if name in used]


@cache
def pack_templates() -> Mapping[str, Template]:
    """Give the workflows of Garland's own packs as templates, by key."""
    found = [one for package in standard_packs() for one in _of_pack(package)]
    return {one.key: one for one in sorted(found, key=lambda one: one.title)}


def _of_pack(package: Any) -> Iterator[Template]:
    manifest, parts = package.manifest, parts_of(package)
    for part in parts:
        if part.kind != WORKFLOW:
            continue
        slug = slugify(part.title)
        document = {
            "template": 1,
            "title": part.title,
            "summary": _said(part),
            "category": "resource-trouble" if _starts_by_rule(part) else "other",
            "parameters": {"type": "object", "properties": {}},
            "places": {},
            "flow": dict(part.document),
            "tables": [
                {"name": one.title, **one.document}
                for one in parts
                if one.kind == TABLE and one.title in str(part.document)
            ],
        }
        origin = f"Pack {manifest['title']}"
        yield parse_template(document, key=f"pack-{slug}", origin=origin, pack=manifest["id"])


def _said(part: Part) -> str:
    """Say what it does; where its author did not, what its steps are called."""
    titles = [one.get("title", id_) for id_, one in part.document["steps"].items()]
    told: str = part.document.get("description") or f"Steps: {', '.join(titles)}"
    return told[:_SUMMARY_MAX]


def _starts_by_rule(part: Part) -> bool:
    return any(one["kind"] == "rule" for one in part.document["triggers"].values())
