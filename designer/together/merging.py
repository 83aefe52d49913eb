"""A merge as people see it: what the other did, what was merged, and what they must choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry
from runtime.drafts.flat import flattened
from runtime.drafts.going_on import Merging
from runtime.drafts.merging import ABSENT, Collision, Merge, Said
from runtime.drafts.wording import Told, changes_told, label_of, node_title, value_told
from runtime.secrecy import masked_at

SHOWN = 3
_NODES = ("steps", "triggers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One collision to be chosen about: `node` is the step or trigger it is in, "" for none."""

    pointer: str
    node: str
    title: str
    field: str
    mine: str
    theirs: str


def choices_of(merging: Merging, mine: Mapping[str, Any], registry: Registry) -> list[Choice]:
    """Write the collisions for a person."""
    sides = (flattened(mine), flattened(merging.flow.draft))
    return [_choice(one, sides, registry) for one in merging.merge.collisions]


def theirs_told(merging: Merging, registry: Registry) -> list[Told]:
    """Tell what was saved meanwhile; nothing where it is not known what both began with."""
    if merging.base is None:
        return []
    return changes_told(merging.base, merging.flow.draft, registry)


def sentence(by: str, told: Sequence[Told]) -> str:
    """Tell in one line what somebody did, and that it is here now.

    >>> one = Told(kind="added", node="a", title="Send e-mail", text="added")
    >>> sentence("Anna", [one])
    'Anna: Send e-mail added. Merged with yours.'
    """
    words = [f"{one.title}: {one.text}" if one.kind == "changed" else _brief(one) for one in told]
    more = f", and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    listed = ", ".join(words[:SHOWN]) or "the draft changed"
    return f"{by or 'Somebody'}: {listed}{more}. Merged with yours."


def said_words(merge: Merge, registry: Registry) -> list[str]:
    """Say what merging did of itself; places are told as one."""
    flat = flattened(merge.document)

    def title(id_: str) -> str:
        node = flat["steps"].get(id_) or flat["triggers"].get(id_)
        return node_title(id_, node, registry) if node else id_

    words = [_said(one, title(one.one), title(one.other)) for one in merge.said]
    placed = sum(one.what == "placed" for one in merge.said)
    told = [f"{placed} moved by both: where you put them"] if placed else []
    return [*(one for one in words if one), *told]


def _said(one: Said, first: str, second: str) -> str:
    return {
        "renamed": f"You both added {one.one}: both are kept, yours is called {one.other}",
        "wire_gone": f"The wire from {first.partition(':')[0]} to {second} is gone with its step",
        "loop_gone": f"{first} stands by itself: the loop {one.other} is gone",
        "placed": "",
    }[one.what]


def _brief(one: Told) -> str:
    return f"{one.title} {one.text}".strip()


def _choice(
    one: Collision, sides: tuple[Mapping[str, Any], Mapping[str, Any]], registry: Registry
) -> Choice:
    shelf, *rest = [*one.path, ""]
    is_node = shelf in _NODES and len(one.path) > 1
    id_ = rest[0] if is_node else ""
    found = [side[shelf][id_] for side in sides if id_ in side[shelf]] if is_node else []
    node: Mapping[str, Any] = found[0] if found else {}
    inner = one.path[2:] if is_node else one.path
    return Choice(
        pointer=one.pointer,
        node=id_,
        title=node_title(id_, node, registry) if is_node else "The workflow",
        field=label_of(inner, node, registry) if inner else "The whole step",
        mine=_shown(one.mine, inner, node, registry),
        theirs=_shown(one.theirs, inner, node, registry),
    )


def _shown(value: Any, path: Sequence[str], node: Mapping[str, Any], registry: Registry) -> str:
    if value is ABSENT:
        return "removed" if not path else "nothing"
    if not path and isinstance(value, Mapping):
        return f"kept as “{node_title('it', value, registry)}”"
    schema: Mapping[str, Any] = {}
    if path and path[0] in ("config", "input") and "block" in node:
        block = registry.find(node["block"], node["version"])
        schema = getattr(block.manifest, path[0]) if block is not None else {}
    return value_told(masked_at(path[1:], value, schema))
