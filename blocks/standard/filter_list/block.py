"""Filter a list: keeps the entries that fit conditions on their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import NOTHING, field_of, key_of


def run(ctx: Context) -> Outcome:
    """End by `some` with what fits, or by `none`."""
    fits = all if ctx.config["fits"] == "all" else any
    conditions = ctx.config["conditions"]
    kept = [entry for entry in ctx.input["items"] if fits(_holds(entry, one) for one in conditions)]
    return ctx.emit("some" if kept else "none", {"items": kept, "count": len(kept)})


def _holds(entry: Any, condition: Mapping[str, Any]) -> bool:
    return _COMPARISONS[condition["is"]](
        field_of(entry, condition["field"]), condition.get("value")
    )


def _is(found: Any, wanted: Any) -> bool:
    return found is not NOTHING and key_of(found) == key_of(wanted)


def _is_above(found: Any, wanted: Any) -> bool:
    return _are_of_one_kind(found, wanted) and found > wanted


def _is_below(found: Any, wanted: Any) -> bool:
    return _are_of_one_kind(found, wanted) and found < wanted


def _are_of_one_kind(one: Any, other: Any) -> bool:
    """Numbers are compared with numbers and texts with texts: anything else is no order at all."""
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    are_numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return are_numbers or (isinstance(one, str) and isinstance(other, str))


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return isinstance(wanted, str) and wanted.casefold() in found.casefold()
    return isinstance(found, list) and key_of(wanted) in [key_of(one) for one in found]


def _begins(found: Any, wanted: Any) -> bool:
    are_texts = isinstance(found, str) and isinstance(wanted, str)
    return are_texts and found.casefold().startswith(wanted.casefold())


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "is-not": lambda found, wanted: not _is(found, wanted),
    "above": _is_above,
    "below": _is_below,
    "contains": _contains,
    "begins": _begins,
    "present": lambda found, _: found is not NOTHING and found is not None,
    "absent": lambda found, _: found is NOTHING or found is None,
}
