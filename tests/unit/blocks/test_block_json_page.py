"""The manifest's schema explains each of its fields, and docs/block-json.md is made of it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from blocks.manifest import MANIFEST_SCHEMA, manifest_problems
from blocks.registry import standard_registry
from kernel.schema import Schema

ROOT = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "write_block_json", ROOT / "tools" / "write_block_json.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()
FIELDS = TOOL.fields_of(MANIFEST_SCHEMA)


def test_the_page_is_what_the_schema_says() -> None:
    page = (ROOT / "docs" / "block-json.md").read_text(encoding="utf-8")

    assert page == TOOL.page(MANIFEST_SCHEMA), "run tools/write_block_json.py"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_has_a_title_a_description_and_an_example_that_fits(field: Any) -> None:
    whole = {**field.schema, "$defs": MANIFEST_SCHEMA["$defs"]}

    assert field.schema.get("title")
    assert field.schema.get("description", "").endswith((".", "?"))
    assert field.schema.get("examples")
    for example in field.schema["examples"]:
        assert Schema(whole).accepts(example), example


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_an_object_with_named_fields_refuses_others(field: Any) -> None:
    for schema in (field.schema, field.schema.get("items", {})):
        assert "properties" not in schema or schema["additionalProperties"] is False


@pytest.mark.parametrize("block", standard_registry().all(), ids=lambda block: block.manifest.id)
def test_the_manifests_of_garland_are_ones(block: Any) -> None:
    document = json.loads((block.folder / "block.json").read_text(encoding="utf-8"))

    assert manifest_problems(document) == []
