"""The schemas of services and windows say what their parsers say, as far as a schema can."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import InvalidError
from kernel.schema import Schema
from runtime.maintenance.model import parse_window
from runtime.maintenance.model import window_document as written_window
from runtime.maintenance.schema import WINDOW_SCHEMA
from runtime.rules.model import RULE_SCHEMA
from runtime.services.model import parse_service
from runtime.services.model import service_document as written_service
from runtime.services.schema import SERVICE_SCHEMA
from tests.factories.maintenance import window_document
from tests.factories.services import service_document

SERVICES = Schema(SERVICE_SCHEMA)
_SCOPE = WINDOW_SCHEMA["properties"]["scope"]
WINDOWS = Schema(
    {
        **WINDOW_SCHEMA,
        "properties": {
            **WINDOW_SCHEMA["properties"],
            "scope": {
                **_SCOPE,
                "properties": {**_SCOPE["properties"], "when": {"$ref": "#/$defs/condition"}},
            },
        },
        "$defs": RULE_SCHEMA["$defs"],
    }
)


def test_a_service_as_it_is_written_fits() -> None:
    assert SERVICES.problems(written_service(parse_service(service_document()))) == []


def test_a_window_as_it_is_written_fits() -> None:
    assert WINDOWS.problems(written_window(parse_window(window_document()))) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"key": ""}, id="no key"),
        pytest.param({"name": "n" * 121}, id="a long name"),
        pytest.param({"kind": "boat"}, id="a kind that is none"),
        pytest.param({"hops": 6}, id="too many hops"),
        pytest.param({"hops": True}, id="hops that are no number"),
        pytest.param({"breaks_from": "minor"}, id="a severity that breaks nothing"),
        pytest.param({"sla": {"percent": 101}}, id="more than all"),
        pytest.param({"sla": 99}, id="an agreement that is no object"),
        pytest.param({"rests_on": [{"need": "some", "keys": ["a"]}]}, id="a need that is none"),
        pytest.param({"rests_on": [{"need": "all", "keys": []}]}, id="no keys"),
    ],
)
def test_what_the_schema_of_a_service_refuses_the_parser_does(changes: dict[str, Any]) -> None:
    document = {**service_document(), **changes}

    assert SERVICES.problems(document)
    with pytest.raises(InvalidError):
        parse_service(document)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"note": "n" * 2_001}, id="a long note"),
        pytest.param({"starts_at": "tomorrow"}, id="no instant"),
        pytest.param({"scope": {"kind": "all"}}, id="a scope that is none"),
        pytest.param({"scope": {"kind": "sites", "keys": []}}, id="no sites"),
        pytest.param({"scope": {"kind": "condition"}}, id="no condition"),
        pytest.param({"scope": {"kind": "condition", "when": {"field": 1}}}, id="a bad condition"),
        pytest.param({"rrule": "R" * 501}, id="a long rule"),
        pytest.param({"skipped": ["tomorrow"]}, id="a time left out that is none"),
    ],
)
def test_what_the_schema_of_a_window_refuses_the_parser_does(changes: dict[str, Any]) -> None:
    document = {**window_document(), **changes}

    assert WINDOWS.problems(document)
    with pytest.raises(InvalidError):
        parse_window(document)
