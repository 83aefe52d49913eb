"""Steps that are only called otherwise in a later document: the same step, not one gone, one new.

Pure. A step is the same where all but its place is, and nothing else could be meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from runtime.drafts.flat import flattened, has_repeated_ids
from runtime.drafts.merging import is_same
from runtime.drafts.renaming import renamed_nodes

MOST = 100
"""Of more steps that come and go at once it is not asked which is which."""


def aligned(
    old: Mapping[str, Any], new: Mapping[str, Any], registry: Registry
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Give the old document with its steps called as in the new one, and what each was called."""
    if has_repeated_ids(old) or has_repeated_ids(new):
        return old, {}
    before, after = flattened(old)["steps"], flattened(new)["steps"]
    gone = {id_: _plain(before[id_]) for id_ in before if id_ not in after}
    came = {id_: _plain(after[id_]) for id_ in after if id_ not in before}
    if len(gone) > MOST or len(came) > MOST:
        return old, {}
    pairs = [(one, other) for one in gone for other in came if is_same(gone[one], came[other])]
    meant = Counter(id_ for pair in pairs for id_ in pair)
    called = {one: other for one, other in pairs if meant[one] == meant[other] == 1}
    return (renamed_nodes(old, called, registry).document if called else old), called


def _plain(step: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in step.items() if name not in ("position", "digest")}
