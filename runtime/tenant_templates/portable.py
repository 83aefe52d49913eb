"""A workflow as a template holds it, and as an organisation does.

A step names its decision table by an id, which is another one in each organisation: a template
holds the name. Secrets stay behind; where a draft has some in those places, it keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from runtime.flows.exchange.filling import with_kept_secrets
from runtime.flows.exchange.retelling import retold, unmistakable
from runtime.flows.exchange.secrets import without_secrets
from runtime.going_live.subjects import without_digests
from runtime.rules.store import list_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The blocks of an organisation, and the names of its decision tables by their ids."""

    registry: Registry
    tables: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, tenant_id: UUID) -> Names:
        """Look what there is in an organisation."""
        found = list_rules(session, tenant_id)
        tables = {str(one.id): one.name for one in found if one.kind == "table"}
        return cls(registry=registry_of(session, tenant_id), tables=tables)


def portable(document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Give a workflow as a template holds it."""
    told = retold(without_digests(document), names.registry, unmistakable(names.tables), "table")
    return without_secrets(told, names.registry)[0]


def localised(
    document: Mapping[str, Any], names: Names, *, kept: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give a template's workflow as it is here, with the secrets of `kept` in their places."""
    ids = {name: id_ for id_, name in unmistakable(names.tables).items()}
    found = retold(document, names.registry, ids, "table")
    if kept is None:
        return found
    return with_kept_secrets(found, kept, without_secrets(kept, names.registry)[1])
