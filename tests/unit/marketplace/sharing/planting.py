"""Things to plant in documents, and places to plant them at."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from blocks.registry import standard_registry
from marketplace.sharing.checking import Known, check
from marketplace.sharing.names import Names
from tests.factories.flows import flow_document, step

Document = dict[str, Any]
NAMES = {
    "a customer": ["Fjordkraft Øst AS", "Bäckerei Größmann", "東京電力"],
    "a member": ["Zoë Quintanar-Ibáñez"],
    "a managed object": ["BER-AGG-07", "bng/4711"],
    "a service": ["Glasfaser Xanten 10G"],
}
REGISTRY = standard_registry()
KNOWN = Known(
    names=Names.of(NAMES),
    secrets=frozenset({"correct horse battery"}),
    connections=frozenset({"Desk of Fjord"}),
)
_numbers = st.integers(0, 2**64)


def _token(number: int) -> str:
    digest = hashlib.sha256(str(number).encode()).digest()
    return base64.b64encode(digest).decode().translate({43: "a", 47: "B", 61: "7"})


_octet = st.integers(1, 254).map(str)
secrets = st.one_of(
    _numbers.map(lambda one: "AKIA" + hashlib.sha256(str(one).encode()).hexdigest()[:16].upper()),
    _numbers.map(lambda one: "ghp_" + _token(one)[:36]),
    _numbers.map(lambda one: f"eyJhbGciOiJIUzI1NiJ9.{_token(one)[:30]}.{_token(one + 1)[:30]}"),
    _numbers.map(
        lambda one: f"-----BEGIN RSA PRIVATE KEY-----\n{_token(one)}\n-----END RSA PRIVATE KEY-----"
    ),
    _numbers.map(lambda one: hashlib.sha256(str(one).encode()).hexdigest()),
    _numbers.map(lambda one: "xoxb-" + _token(one)[:24]),
    _numbers.map(lambda one: "Bearer " + _token(one)[:24] + "9"),
    _numbers.map(lambda one: f"password={_token(one)[:8]}"),
    st.just("correct horse battery"),
)
addresses = st.one_of(
    st.tuples(st.sampled_from(["10", "172", "84", "193"]), _octet, _octet, _octet).map(".".join),
    st.tuples(st.integers(1, 0xFFFF), st.integers(1, 0xFFFF)).map(
        lambda one: f"2a02:{one[0]:x}::{one[1]:x}"
    ),
    _numbers.map(lambda one: ":".join(f"{(one >> 8 * n) & 255:02x}" for n in range(6))),
    st.sampled_from(["core", "bng1", "web-2"]).map(lambda one: f"{one}.fjord.no"),
    st.sampled_from(["core", "bng1"]).map(lambda one: f"https://{one}.lan:8443/v1/tickets?x=1"),
    st.sampled_from(["ops", "jane.doe+x"]).map(lambda one: f"{one}@mail.fjord.no"),
    st.integers(10**7, 10**9 - 1).map(lambda one: f"+47 {one}"),
    st.integers(10**6, 10**7 - 1).map(lambda one: f"030 {one}"),
    st.tuples(st.integers(100, 999), st.integers(1000, 9999)).map(
        lambda one: f"(415) {one[0]}-{one[1]}"
    ),
    st.tuples(st.integers(1000, 8999), st.integers(1000, 9999)).map(
        lambda one: f"52.{one[0]}, 13.{one[1]}"
    ),
    st.integers(1, 199).map(lambda one: f"Lindenstraße {one}"),
)
names = st.sampled_from([one for said in NAMES.values() for one in said]).flatmap(
    lambda one: st.sampled_from([one, one.upper(), one.replace("-", " "), one.replace(" ", "_")])
)


def base() -> Document:
    """A workflow with a loop, a group, a note and a variable, that holds nothing of anybody."""
    inner = step("wait", title="Wait a moment", config={"for": "1m"})
    document = flow_document(
        {
            "ask": step("set-data", title="Ask the desk", config={"values": {"n": 1}}),
            "each": step(
                "for-each",
                config={"items": "= []"},
                body={"steps": {"inner": inner}, "wires": []},
            ),
        },
        ["hand > ask", "ask:done > each"],
    )
    document["description"] = "Asks and waits"
    document["vars"] = {"urgent": 3}
    document["canvas"] = {
        "groups": {"g": {"title": "Asking", "colour": "blue", "steps": ["ask"]}},
        "notes": {"n": {"text": "See above", "position": [0, 0]}},
    }
    return document


def _at(*path: str) -> Callable[[Document, str], None]:
    def put(document: Document, text: str) -> None:
        place: Any = document
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = text

    return put


def _as_key(document: Document, text: str) -> None:
    document["steps"]["ask"]["config"]["values"][text] = 1


def _deep(document: Document, text: str) -> None:
    document["steps"]["ask"]["config"]["values"]["deep"] = [{"a": [1, {"b": ["", text]}]}]


def _in_expression(document: Document, text: str) -> None:
    said = text.replace("'", " ").replace("\n", " ")
    document["steps"]["ask"]["config"]["values"]["e"] = f"= vars.urgent > 2 ? '{said}' : ''"


PLACES: dict[str, Callable[[Document, str], None]] = {
    "a step's title": _at("steps", "ask", "title"),
    "a step's notes": _at("steps", "ask", "notes"),
    "a setting": _at("steps", "ask", "config", "values", "text"),
    "deep in a setting": _deep,
    "the name of a field": _as_key,
    "a literal of an expression": _in_expression,
    "a step in a loop": _at("steps", "each", "body", "steps", "inner", "title"),
    "a variable": _at("vars", "said"),
    "a trigger's title": _at("triggers", "hand", "title"),
    "a note": _at("canvas", "notes", "n", "text"),
    "a group": _at("canvas", "groups", "g", "title"),
    "the description": _at("description"),
    "the name": _at("name"),
}
around = st.sampled_from(["", "see ", "(", "call: ", "a, ", "für ", "— "])
after = st.sampled_from(["", " now", ")", ", b", ".", " — x", "\nthen"])


@st.composite
def planted(draw: st.DrawFn, what: st.SearchStrategy[str]) -> tuple[Document, str, str]:
    """A document with one thing planted: the document, the thing, and the place."""
    document, one = deepcopy(base()), draw(what)
    place = draw(st.sampled_from(sorted(PLACES)))
    PLACES[place](document, f"{draw(around)}{one}{draw(after)}")
    return document, one, place


def kinds(document: Any, known: Known = KNOWN) -> set[str]:
    return {one.kind for one in check(document, known, REGISTRY)}


def one_step(**config: Any) -> Document:
    return flow_document(
        {"ask": step("http-request", title="Ask the desk", config=config)}, ["hand > ask"]
    )
