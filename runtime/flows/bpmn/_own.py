"""What Garland wrote into a diagram of its own, and what people call things in any. Pure."""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from runtime.flows.bpmn.words import OWN
from runtime.xml_files import Element


def name_of(element: Element) -> str:
    """Give what a person called an element; its id where nobody did."""
    return called(element) or element.attributes.get("id", "")


def called(element: Element) -> str:
    """Give what a person called an element, "" where nobody did."""
    return " ".join(element.attributes.get("name", "").split())


def own_of(element: Element, local: str) -> Element | None:
    """Give Garland's own extension of an element."""
    extensions = element.first("extensionElements")
    inner = extensions.children if extensions is not None else ()
    return next((one for one in inner if one.namespace == OWN and one.local == local), None)


def own_id(node: Element, local: str) -> str:
    """Give the id that a step or trigger had in Garland; "" for one of another tool."""
    own = own_of(node, local)
    return own.attributes.get("id", "") if own is not None else ""


def read_own(element: Element) -> dict[str, Any]:
    """Read the JSON in an element of ours.

    Raises:
        InvalidError: it is none.
    """
    try:
        found = read_json(element.text, what=f"garland:{element.local}")
    except MalformedError as error:
        raise refusal(error.message) from None
    if not isinstance(found, dict):
        raise refusal(f"garland:{element.local} in line {element.line} is no object")
    return found


def pointers_of(element: Element) -> tuple[str, ...]:
    """Give where secrets were left out; what was made of it elsewhere counts for nothing."""
    try:
        found = read_json(element.attributes.get("leftOut", "[]"))
    except MalformedError:
        return ()
    is_list = isinstance(found, list)
    return tuple(one for one in found if isinstance(one, str)) if is_list else ()


def refusal(message: str) -> InvalidError:
    """Refuse a file as a whole."""
    return InvalidError(message, problems=[Problem("/file", message)])
