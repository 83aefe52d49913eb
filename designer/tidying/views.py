"""Tidying: the canvas says what stands on it, and is told where that would stand better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from designer.tidying.arranging import Drawing, Rect, arrange
from designer.tidying.layers import Tie
from kernel.http import json_body, only_reads, require
from kernel.schema import Schema

bp = Blueprint("tidying", __name__)

NODES_MOST = 5_000
NOTES_MOST = 500
_IDS = {"type": "array", "maxItems": NODES_MOST, "items": {"type": "string"}}
_FAR = {"type": "number", "minimum": -10_000_000, "maximum": 10_000_000}
_SIZE = {"type": "number", "minimum": 0, "maximum": 100_000}
_RECT = {"x": _FAR, "y": _FAR, "w": _SIZE, "h": _SIZE}
_NODE = {**_RECT, "within": {"type": "string"}, "loops": {"type": "boolean"}, "ports": _IDS}
_WIRE = {"from": {"type": "string"}, "to": {"type": "string"}}


def _record(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _named(properties: Mapping[str, Any], most: int) -> dict[str, Any]:
    each = _record(properties)
    return {"type": "object", "maxProperties": most, "additionalProperties": each}


_CANVAS = Schema(
    _record(
        {
            "nodes": _named(_NODE, NODES_MOST),
            "notes": _named(_RECT, NOTES_MOST),
            "wires": {"type": "array", "maxItems": NODES_MOST * 5, "items": _record(_WIRE)},
            "groups": {"type": "array", "maxItems": NODES_MOST, "items": _IDS},
            "chosen": _IDS,
        }
    )
)


@bp.post("/t/<tenant>/workflows/tidied")
@require("workflows.edit")
@only_reads
def tidy() -> Response:
    """Answer `places`: the upper left corners of nodes by id, and of notes by "note:" and id."""
    body = json_body()
    _CANVAS.require(body, "a canvas is sent as its nodes, notes, wires and groups")
    return jsonify(places=arrange(_drawing(body), body["chosen"]))


def _drawing(body: Mapping[str, Any]) -> Drawing:
    nodes = body["nodes"]
    return Drawing(
        nodes={id_: _rect(node) for id_, node in nodes.items()},
        ties=[_tie(wire, nodes) for wire in body["wires"]],
        loops=frozenset(id_ for id_, node in nodes.items() if node["loops"]),
        within={id_: node["within"] for id_, node in nodes.items() if node["within"] in nodes},
        groups=body["groups"],
        notes={id_: _rect(note) for id_, note in body["notes"].items()},
    )


def _rect(found: Mapping[str, float]) -> Rect:
    return Rect(x=found["x"], y=found["y"], w=found["w"], h=found["h"])


def _tie(wire: Mapping[str, str], nodes: Mapping[str, Any]) -> Tie:
    source, _, port = wire["from"].partition(":")
    ports = nodes.get(source, {}).get("ports", [])
    row = ports.index(port) if port in ports else len(ports)
    return Tie(source=source, target=wire["to"], row=row)
