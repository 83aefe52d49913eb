"""What is drawn in a BPMN file, in short: tells whether another tool changed a diagram of ours.

What tools write in other orders, prefixes and names of their own says nothing; a node renamed,
moved, added, taken away or led elsewhere does. Pure.
"""

from __future__ import annotations

import json

from kernel.ids import sha256_of
from runtime.flows.bpmn.words import NODES
from runtime.xml_files import Element

_TEXTS = ("documentation", "conditionExpression", "text", "condition", "loopCondition")
_TIMES = ("timeDuration", "timeDate", "timeCycle", "activationCondition")


def fingerprint(root: Element) -> str:
    """Give the fingerprint of what is drawn in a file."""
    facts = sorted(json.dumps(_fact(one)) for one in root.walk() if _counts(one))
    return sha256_of("\n".join(facts))


def _counts(one: Element) -> bool:
    named = (*_TEXTS, *_TIMES, "sequenceFlow", "BPMNShape", "process", "categoryValue")
    return one.local in NODES or one.local in named


def _fact(one: Element) -> list[str]:
    said = one.attributes
    if one.local == "BPMNShape":
        bounds = one.first("Bounds")
        place = bounds.attributes if bounds is not None else {}
        return [said.get("bpmnElement", ""), *(_whole(place.get(name, "")) for name in "xy")]
    if one.local in (*_TEXTS, *_TIMES):
        return [one.local, " ".join(one.text.split())]
    kept = ("id", "name", "value", "sourceRef", "targetRef", "attachedToRef", "calledElement")
    return [one.local, *(said.get(name, "") for name in kept)]


def _whole(text: str) -> str:
    """Give a coordinate as a whole number: tools round differently."""
    try:
        return str(round(float(text)))
    except (ValueError, OverflowError):
        return text
