"""Check data: sees whether an object has the fields it should."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import NOTHING, field_of
from kernel.clock import parse_instant

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def run(ctx: Context) -> Outcome:
    """End by `fits`, or by `wrong` with what is the matter."""
    value, asked = ctx.input["value"], ctx.config["fields"]
    found = [(one["field"], problem) for one in asked for problem in _problems(value, one)]
    if not ctx.config["others"]:
        known = {name for one in asked for name in (one["field"], one["field"].partition(".")[0])}
        found += [(name, "is not expected") for name in value if name not in known]
    if not found:
        return ctx.emit("fits", {"value": value})
    problems = [{"field": field, "problem": problem} for field, problem in found]
    text = "; ".join(f"{field} {problem}" for field, problem in found)
    return ctx.emit("wrong", {"problems": problems, "text": text})


def _problems(value: Any, asked: Mapping[str, Any]) -> Iterator[str]:
    found = field_of(value, asked["field"])
    if found is NOTHING or found is None:
        if asked["required"]:
            yield "is missing"
        return
    words, is_kind = _KINDS[asked["kind"]]
    if not is_kind(found):
        yield f"must be {words}"
        return
    yield from _bounds(found, asked)
    choices = asked.get("one_of")
    if choices and _said(found) not in choices:
        yield f"must be one of {', '.join(choices)}"


def _said(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _bounds(found: Any, asked: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(found, bool | dict):
        return
    size = found if isinstance(found, int | float) else len(found)
    unit = "" if isinstance(found, int | float) else " long"
    if "least" in asked and size < asked["least"]:
        yield f"must be at least {asked['least']:.15g}{unit}"
    if "most" in asked and size > asked["most"]:
        yield f"must be at most {asked['most']:.15g}{unit}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and _reads(parse_instant, value)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and _reads(ipaddress.ip_address, value)


def _reads(reader: Callable[[str], Any], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "text": ("a text", lambda value: isinstance(value, str)),
    "number": ("a number", _is_number),
    "yes-no": ("yes or no", lambda value: isinstance(value, bool)),
    "list": ("a list", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
    "email": (
        "an e-mail address",
        lambda value: isinstance(value, str) and bool(_EMAIL.fullmatch(value)),
    ),
    "instant": ("an instant", _is_instant),
    "address": ("an IP address", _is_address),
}
