"""What the canvas is told when its page opens: the workflow, the blocks, where to ask for what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Block, Registry
from blocks.speaking import in_language
from designer.workflows.deeds import keys_document
from designer.workflows.palette import catalogue
from runtime.flows.layout import laid_out
from runtime.flows.versions import FlowView
from runtime.rules.published import live_outputs

IconsOf = Callable[[Registry], Callable[[Block], str]]
"""Gives for a registry what tells where each block's icon is."""


def drawing_of(
    session: Session,
    tenant_id: UUID,
    document: Mapping[str, Any],
    *,
    icons_of: IconsOf,
    languages: Sequence[str],
    favourites: Collection[str] = (),
) -> dict[str, Any]:
    """Give a workflow's document, every node placed, and the entries of all blocks there are."""
    said: dict[str, Any] = {"languages": languages, "favourites": favourites}
    blocks = entries_for(session, tenant_id, icons_of=icons_of, **said)
    return {"flow": laid_out(document), "blocks": blocks}


def entries_for(
    session: Session,
    tenant_id: UUID,
    *,
    icons_of: IconsOf,
    languages: Sequence[str],
    favourites: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Give the entries of all blocks there are for a tenant; see `palette.catalogue`."""
    registry = in_language(registry_of(session, tenant_id), languages)
    return catalogue(registry, icons_of(registry), live_outputs(session, tenant_id), favourites)


def page_facts(
    drawing: Mapping[str, Any], flow: FlowView, addresses: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Put together what `designer.js` reads: `drawing_of`, addresses by name and what else."""
    facts = {"revision": flow.draft_revision, "deeds": keys_document()}
    return {**drawing, **facts, **addresses, **more}
