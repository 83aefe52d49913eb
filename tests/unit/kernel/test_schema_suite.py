"""The JSON-Schema-Test-Suite's core for 2020-12, against the run-time validator.

`tests/vendor/json-schema-test-suite` holds it in one file, with its licence (MIT).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from kernel.errors import InvalidError
from kernel.schema import Schema

SUITE = Path(__file__).parents[2] / "vendor" / "json-schema-test-suite" / "draft2020-12.json.gz"
ALL, FORMATS_JUDGED, ELSEWHERE = 1299, 19, 49


@cache
def _suite() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(SUITE.read_bytes()))
    return found


def _groups() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, groups in _suite()["tests"].items():
        for group in groups:
            yield name, group


def test_the_validator_passes_the_core_of_the_suite() -> None:
    registry = jsonschema_rs.Registry(list(_suite()["remotes"].items()))
    passed, failed = 0, []
    for name, group in _groups():
        validator = jsonschema_rs.Draft202012Validator(
            group["schema"], offline=True, registry=registry, validate_formats=False
        )
        for case in group["tests"]:
            if validator.is_valid(case["data"]) is case["valid"]:
                passed += 1
            else:
                failed.append((name, group["description"], case["description"]))

    assert (passed, failed) == (ALL, [])


def test_as_garland_uses_it_formats_are_judged_and_nothing_is_fetched() -> None:
    passed, elsewhere, otherwise = 0, 0, set()
    for name, group in _groups():
        schema = group["schema"]
        try:
            used = Schema(schema if isinstance(schema, dict) else {"not": {}} | _bool(schema))
        except InvalidError:
            elsewhere += len(group["tests"])
            assert "localhost:1234" in json.dumps(schema)
            continue
        for case in group["tests"]:
            if used.accepts(case["data"]) is case["valid"]:
                passed += 1
            else:
                otherwise.add((name, case["description"]))

    assert {name for name, _ in otherwise} == {"format"}
    assert all(told.endswith("is only an annotation by default") for _, told in otherwise)
    assert len(otherwise) == FORMATS_JUDGED
    assert elsewhere == ELSEWHERE
    assert passed == ALL - FORMATS_JUDGED - ELSEWHERE


def _bool(schema: bool) -> dict[str, Any]:
    """Write `true` and `false` as objects, which is all that Garland takes."""
    return {"not": {"not": {}}} if schema else {"not": {}}
