"""Any workflow of the right shape, odd ones too: wires to nowhere, circles, steps on one spot."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.unit.runtime.flows.strategies import exact_values, texts

IDS = st.sampled_from(
    ["a", "b", "c2", "d", "e", "step_1", "step_2", "note", "constructor", "x" * 60]
)
PORTS = st.sampled_from(["", ":done", ":error", ":yes", ":no", ":found", ":gold", ":timeout"])
BLOCKS = st.sampled_from(
    [
        *("set-data", "branch", "switch", "wait", "wait-for-event", "approval", "end", "fail"),
        *("call-workflow", "decide", "http-request", "send-email", "not-there"),
    ]
)
COLOURS = st.sampled_from(["blue", "green", "amber", "red", "violet", "grey"])
places = st.lists(
    st.integers(-1_000_000, 1_000_000) | st.floats(-1_000_000, 1_000_000, allow_nan=False),
    min_size=2,
    max_size=2,
)
sizes = st.lists(st.integers(48, 4_000), min_size=2, max_size=2)
objects = st.dictionaries(texts, exact_values, max_size=3)
instants = st.sampled_from(["2026-12-01T06:00:00Z", "tomorrow"])
wires = st.lists(
    st.builds(lambda start, port, end: {"from": start + port, "to": end}, IDS, PORTS, IDS),
    max_size=8,
)
configs = objects | st.fixed_dictionaries(
    {},
    optional={
        "when": texts,
        "for_s": st.integers(0, 90_000),
        "until": texts,
        "timeout_s": exact_values,
        "rounds_max": exact_values,
        "flow": exact_values,
        "cases": st.lists(
            st.fixed_dictionaries({"port": st.sampled_from(["gold", "No!"]), "when": texts})
            | exact_values,
            max_size=3,
        ),
    },
)


def _some(made: dict[str, Any], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(made, optional=optional)


def _block() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "block": BLOCKS.map(lambda name: f"garland.{name}"),
        "version": st.sampled_from(["1.0.0", "9.9.9"]),
    }


def _steps(bodies: st.SearchStrategy[Any] | None) -> st.SearchStrategy[dict[str, Any]]:
    step = _some(
        _block(),
        title=texts,
        notes=texts,
        config=configs,
        input=objects,
        join=st.sampled_from(["all", "any", 2]),
        timeout_s=st.integers(1, 3_600),
        disabled=st.booleans(),
        undo=_some(_block(), config=objects),
        position=places,
    )
    if bodies is None:
        return st.dictionaries(IDS, step, max_size=4)
    loop = st.builds(
        lambda one, name, body: {**one, "block": f"garland.{name}", "body": body},
        step,
        st.sampled_from(["for-each", "repeat", "not-there"]),
        bodies,
    )
    return st.dictionaries(IDS, step | loop, max_size=4)


_flat = st.fixed_dictionaries({"steps": _steps(None), "wires": wires})
_bodies = st.fixed_dictionaries({"steps": _steps(_flat), "wires": wires})
_triggers = st.dictionaries(
    IDS,
    _some({"kind": st.sampled_from(["rule", "manual", "webhook", "flow"])}, position=places)
    | _some(
        {"kind": st.just("schedule")},
        cron=texts,
        every_s=st.integers(1, 99_999),
        at=instants,
        title=texts,
    )
    | _some({"kind": st.just("block"), "block": texts, "version": texts}, config=objects),
    max_size=3,
)
_canvas = _some(
    {},
    groups=st.dictionaries(
        IDS,
        st.fixed_dictionaries(
            {"title": texts, "colour": COLOURS, "steps": st.lists(IDS, max_size=4, unique=True)}
        ),
        max_size=2,
    ),
    notes=st.dictionaries(
        IDS, _some({"text": texts, "position": places}, size=sizes, colour=COLOURS), max_size=2
    ),
)


def _with_ids_of_their_own(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has the id of a trigger, or of a step that stands before it."""
    taken = {*document["triggers"]}

    def kept(part: dict[str, Any]) -> dict[str, Any]:
        steps = {}
        for id_, one in part["steps"].items():
            if id_ not in taken:
                taken.add(id_)
                steps[id_] = {**one, "body": kept(one["body"])} if "body" in one else one
        return {**part, "steps": steps}

    return kept(document)


flow_documents: st.SearchStrategy[dict[str, Any]] = _some(
    {
        "flow": st.just(1),
        "name": st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(
            lambda name: name[:120]
        ),
        "triggers": _triggers,
        "steps": _steps(_bodies),
        "wires": wires,
    },
    description=texts,
    input=objects,
    vars=st.dictionaries(IDS, exact_values, max_size=3),
    canvas=_canvas,
).map(_with_ids_of_their_own)
"""Documents that are taken."""
