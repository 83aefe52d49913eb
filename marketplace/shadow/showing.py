"""What the pages need to show a shadow run beside what a version means by its schemas."""

from __future__ import annotations

from typing import Any

from kernel.http import acting, db_session
from marketplace.shadow import store
from marketplace.shadow.model import VERDICT_LOOKS, reasons_of, total_of


def below_facts(digest: str) -> dict[str, Any]:
    """Give the last shadow run of those below one, in numbers."""
    found = store.latest_shadow(db_session(), acting().tenant_id, digest, below=True)
    lines = store.lines_of(db_session(), acting(), found) if found else []
    return {**_facts(found), "shadow_lines": lines}


def own_facts(digest: str) -> dict[str, Any]:
    """Give one's own last shadow run, step by step; nothing to whoever may not see runs."""
    if not acting().may("runs.view"):
        return {**_facts(None), "shadow_steps": []}
    session, tenant_id = db_session(), acting().tenant_id
    found = store.latest_shadow(session, tenant_id, digest, below=False)
    steps = store.steps_of(session, tenant_id, found.id) if found else []
    return {**_facts(found), "shadow_steps": steps}


def _facts(found: store.ShadowView | None) -> dict[str, Any]:
    counts = found.counts if found else {}
    return {
        "shadow": found,
        "shadow_looks": VERDICT_LOOKS,
        "shadow_total": total_of(counts),
        "shadow_reasons": reasons_of(counts),
    }
