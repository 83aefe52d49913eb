"""What a JSON Schema cannot say of a manifest: a row a rule, with the document that just misses."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.manifest import MANIFEST_SCHEMA, Manifest, manifest_problems, parse_manifest
from kernel.errors import InvalidError
from tests.support.size import examples

LABEL = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
ASKED = {
    "method": "GET",
    "url": "https://a.example/",
    "answers": [{"status": "200", "port": "done"}],
}
WHOLE: dict[str, Any] = {
    "block": 1,
    "id": "acme.probe",
    "version": "2.1.0",
    "kind": "python",
    "sdk": ">=1.0,<2",
    "title": "Probe",
    "summary": "Asks a probe.",
    "category": "connect",
    "publisher": "acme",
    "licence": "Apache-2.0 OR LicenseRef-Acme",
    "config": {
        "type": "object",
        "additionalProperties": False,
        "required": ["site"],
        "properties": {
            "site": {"type": "string", "title": "Site", "pattern": LABEL},
            "region": {"type": "string", "pattern": LABEL},
            "free": {"type": "string"},
            "ways": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"port": {"type": "string"}, "nth": {"type": "integer"}},
                },
            },
        },
    },
    "input": {"type": "object", "additionalProperties": False, "properties": {}},
    "outputs": [{"name": "done", "title": "Done"}],
    "permissions": [
        {"name": "http", "reason": "Asks it.", "hosts": ["${config.site}.probes.example"]}
    ],
    "secrets": [{"slot": "probe", "title": "P", "reason": "R", "accepts": ["api_key"]}],
    "behaviour": {"effects": "read", "retry": {"max": 2, "base_s": 5, "max_s": 5}},
    "errors": [{"code": "probe.silent", "retry": True, "text": "The probe is silent."}],
    "migrations": [
        {"before": "2.0.0-rc.1", "steps": [{"do": "rename", "from": "/host", "to": "/site"}]},
        {"before": "2.1.0", "steps": [{"do": "delete", "at": "/colour"}]},
    ],
    "i18n": {"de": {"/title": "Probe", "/config/properties/site/title": "Standort"}},
    "exempt": {"peer": "There is no simulator."},
    "examples": [
        {
            "title": "It answers",
            "services": {"http": [{"method": "GET", "url": "https://a", "slot": "probe"}]},
            "expect": {"port": "done"},
        }
    ],
}
CODE: dict[str, Any] = {
    **{name: WHOLE[name] for name in ("block", "title", "summary", "category", "publisher")},
    **{name: WHOLE[name] for name in ("id", "version", "licence", "outputs")},
    "kind": "code",
    "config": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "source": {"type": "string", "x-garland": {"widget": "code"}},
            "values": {"type": "object", "additionalProperties": {}},
        },
    },
    "input": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"delay_ms": {"type": "number"}},
    },
    "code": {"from": "/source", "variables": "/values"},
    "behaviour": {"effects": "none"},
}
GONE = object()


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(dict(document))
    for pointer, value in changes.items():
        *path, last = pointer.split("/")[1:]
        holder: Any = made
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        if value is GONE:
            del holder[last]
        elif isinstance(holder, list):
            holder[int(last) :] = [value]
        else:
            holder[last] = value
    return made


HOST = "/permissions/0/hosts/0"
RULES = [
    ("publisher", WHOLE, {"/publisher": "acm"}, "/publisher", "part of the id"),
    ("licence", WHOLE, {"/licence": "Apache 2"}, "/licence", "Apache-2.0"),
    ("licence that stops short", WHOLE, {"/licence": "MIT AND"}, "/licence", "SPDX"),
    ("sdk to come", WHOLE, {"/sdk": ">=1.9"}, "/sdk", "newer release"),
    ("sdk gone by", WHOLE, {"/sdk": ">=0.5,<1.0"}, "/sdk", "widen the range"),
    ("empty sdk range", WHOLE, {"/sdk": ">=1.0,<1"}, "/sdk", "no version lies"),
    ("port twice", WHOLE, {"/outputs/1": {"name": "done", "title": "D"}}, "/outputs/1/name",
     "twice"),
    ("port error", WHOLE, {"/outputs/0/name": "error"}, "/outputs/0/name", "another name"),
    ("no way out", WHOLE, {"/outputs": []}, "/outputs", "at least one"),
    ("ports from no list", WHOLE, {"/dynamic_outputs": {"from": "/site", "name": "/port"}},
     "/dynamic_outputs/from", "list"),
    ("ports named by a number", WHOLE, {"/dynamic_outputs": {"from": "/ways", "name": "/nth"}},
     "/dynamic_outputs/name", "text"),
    ("ports titled by nothing", WHOLE,
     {"/dynamic_outputs": {"from": "/ways", "name": "/port", "title": "/x"}},
     "/dynamic_outputs/title", "text"),
    ("permission twice", WHOLE, {"/permissions/1": WHOLE["permissions"][0]},
     "/permissions/1/name", "twice"),
    ("hosts of mail", WHOLE,
     {"/permissions/1": {"name": "mail", "reason": "R", "hosts": ["*"]}},
     "/permissions/1/hosts", "remove"),
    ("methods of state", WHOLE,
     {"/permissions/1": {"name": "state", "reason": "R", "methods": ["GET"]}},
     "/permissions/1/methods", "remove"),
    ("methods of ssh", WHOLE,
     {"/permissions/1": {"name": "ssh", "reason": "R", "methods": ["GET"]}},
     "/permissions/1/methods", "only http"),
    ("ports of mail", WHOLE,
     {"/permissions/1": {"name": "mail", "reason": "R", "ports": [25]}},
     "/permissions/1/ports", "http or ssh or snmp or mqtt"),
    ("host with an outer dash", WHOLE, {HOST: "-a.example"}, HOST, "no host's name"),
    ("host too long", WHOLE, {HOST: ".".join(["a" * 60] * 5)}, HOST, "no host's name"),
    ("host that leads anywhere", WHOLE, {HOST: "a.${config.site}.example"}, HOST, "anywhere"),
    ("place of no field", WHOLE, {HOST: "${config.city}.probes.example"}, HOST, "no field city"),
    ("place of any text", WHOLE, {HOST: "${config.free}.probes.example"}, HOST, "pattern"),
    ("place that may be left out", WHOLE, {HOST: "${config.region}.probes.example"}, HOST,
     "required"),
    ("slot twice", WHOLE, {"/secrets/1": WHOLE["secrets"][0]}, "/secrets/1/slot", "twice"),
    ("inject of a password", WHOLE,
     {"/secrets/0/accepts": ["basic"], "/secrets/0/inject": {"as": "header", "name": "X"}},
     "/secrets/0/inject", "remove inject"),
    ("slot that nothing carries", WHOLE, {"/secrets/0/accepts": ["ssh_key"]},
     "/secrets/0/accepts/0", "permission ssh"),
    ("key without http", WHOLE, {"/permissions": []}, "/secrets/0/accepts/0", "permission http"),
    ("control apart", WHOLE, {"/behaviour/control": "end"}, "/behaviour/inline", "add inline"),
    ("inline of others", WHOLE, {"/behaviour/inline": True}, "/behaviour/inline", "remove inline"),
    ("pauses the wrong way round", WHOLE, {"/behaviour/retry/max_s": 4}, "/behaviour/retry/max_s",
     "shorter than the first"),
    ("request of python", WHOLE, {"/request": ASKED}, "/request", "remove it"),
    ("code of python", WHOLE, {"/code": {"source": "1"}}, "/code", "remove it"),
    ("trigger of python", WHOLE, {"/trigger": {"mode": "poll"}}, "/trigger", "remove it"),
    ("http without request", WHOLE, {"/kind": "http"}, "/request", "add it"),
    ("trigger without trigger", WHOLE, {"/kind": "trigger"}, "/trigger", "add it"),
    ("code without code", CODE, {"/code": GONE}, "/code", "add it"),
    ("pause of a webhook", WHOLE,
     {"/kind": "trigger", "/trigger": {"mode": "webhook", "every_s": 60}}, "/trigger/every_s",
     "only poll"),
    ("methods of what looks", WHOLE,
     {"/kind": "trigger", "/trigger": {"mode": "poll", "methods": ["GET"]}}, "/trigger/methods",
     "only webhook"),
    ("ways out of a trigger", WHOLE, {"/kind": "trigger", "/trigger": {"mode": "poll"}},
     "/outputs", "events"),
    ("lines twice", CODE, {"/code/source": "1"}, "/code", "one of both"),
    ("no lines", CODE, {"/code/from": GONE}, "/code", "one of both"),
    ("lines in no code", CODE, {"/code/from": "/values"}, "/code/from", "widget code"),
    ("variables of a text", CODE, {"/code/variables": "/source"}, "/code/variables", "object"),
    ("expects a text", CODE, {"/code/expects": "/source"}, "/code/expects", "object"),
    ("code with two ports", CODE, {"/outputs/1": {"name": "b", "title": "B"}}, "/outputs",
     "exactly one"),
    ("code with abilities", CODE, {"/permissions": [{"name": "mail", "reason": "R"}]},
     "/permissions", "no abilities"),
    ("variable that is no name", CODE, {"/input/properties/a-b": {"type": "string"}},
     "/input/properties/a-b", "another name"),
    ("variable that hides the settings", CODE, {"/input/properties/config": {"type": "string"}},
     "/input/properties/config", "another name"),
    ("error twice", WHOLE, {"/errors/1": WHOLE["errors"][0]}, "/errors/1/code", "twice"),
    ("example of no port", WHOLE, {"/examples/0/expect/port": "up"}, "/examples/0/expect/port",
     "no port up"),
    ("example of both ends", WHOLE, {"/examples/0/expect/error": "probe.silent"},
     "/examples/0/expect/error", "one of both"),
    ("example of no error", WHOLE, {"/examples/0/expect": {"error": "probe.loud"}},
     "/examples/0/expect/error", "not declared"),
    ("example of a world not asked for", WHOLE, {"/examples/0/services/mail": "accepts"},
     "/examples/0/services/mail", "does not ask for mail"),
    ("call of no slot", WHOLE, {"/examples/0/services/http/0/slot": "x"},
     "/examples/0/services/http/0/slot", "no slot x"),
    ("connection of no slot", WHOLE, {"/examples/0/services/connections": {"x": "given"}},
     "/examples/0/services/connections/x", "no slot x"),
    ("migration to come", WHOLE, {"/version": "2.0.9"}, "/migrations/1/before", "after this"),
    ("migrations out of order", WHOLE, {"/migrations/0/before": "2.1.0"}, "/migrations/1/before",
     "in the order"),
    ("migration to where it is", WHOLE, {"/migrations/0/steps/0/to": "/host"},
     "/migrations/0/steps/0/to", "another place"),
    ("translation of a code", WHOLE, {"/i18n/de": {"/errors/0/code": "x"}}, "/i18n/de/~1errors",
     "no text that people read"),
    ("blank translation", WHOLE, {"/i18n/de": {"/title": " "}}, "/i18n/de/~1title", "blank"),
    ("long translation", WHOLE, {"/i18n/de": {"/title": "x" * 91}}, "/i18n/de/~1title", "90"),
    ("half a character", WHOLE, {"/title": "\ud800"}, "/title", "half a character"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "changes", "where", "remedy"),
    [pytest.param(*rule[1:], id=rule[0]) for rule in RULES],
)
def test_names_the_field_and_the_remedy(
    document: Mapping[str, Any], changes: Mapping[str, Any], where: str, remedy: str
) -> None:
    found = manifest_problems(changed(document, changes))

    assert any(one.pointer.startswith(where) and remedy in one.message for one in found), found


@pytest.mark.parametrize("document", [WHOLE, CODE], ids=["whole", "code"])
def test_what_just_misses_is_a_manifest_without_the_change(document: Mapping[str, Any]) -> None:
    assert manifest_problems(document) == []


def test_every_field_of_a_manifest_is_read() -> None:
    fields = set(MANIFEST_SCHEMA["properties"]) - {"block"}

    assert fields == set(Manifest.__slots__)


def test_a_host_may_be_chosen_from_a_list_or_by_a_default() -> None:
    site = {"type": "string", "title": "S", "enum": ["eu", "us"], "default": "eu"}

    changes = {"/config/properties/site": site, "/config/required": []}

    assert manifest_problems(changed(WHOLE, changes)) == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(sorted(WHOLE)), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=examples(100))
@given(document=_json)
def test_any_document_gives_problems_or_a_manifest(document: Any) -> None:
    _read(document)


@settings(max_examples=examples(100))
@given(name=st.sampled_from(sorted(WHOLE)), value=_json, base=st.sampled_from([WHOLE, CODE]))
def test_a_manifest_with_any_value_gives_problems_or_a_manifest(
    name: str, value: Any, base: Mapping[str, Any]
) -> None:
    _read({**base, name: value})


@settings(max_examples=examples(100))
@given(text=st.text(alphabet="AMITND()+-. 0OR\x00WHé", min_size=1, max_size=30))
def test_any_text_is_a_licence_or_refused(text: str) -> None:
    _read({**WHOLE, "licence": text})


def _read(document: Any) -> None:
    if problems := manifest_problems(document):
        assert all(problem.message for problem in problems)
        with pytest.raises(InvalidError):
            parse_manifest(document)
    else:
        assert isinstance(parse_manifest(document), Manifest)
