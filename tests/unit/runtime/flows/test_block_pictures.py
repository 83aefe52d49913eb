"""The workflows on the blocks' pages could be published as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blocks.registry import STANDARD_FOLDER, standard_registry
from runtime.flows.validate import check_flow

FLOWS = sorted(STANDARD_FOLDER.glob("*/docs/flow.json"))


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.parents[1].name)
def test_a_pictured_workflow_could_be_published(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))

    found = check_flow(document, standard_registry())

    assert [(one.pointer, one.message) for one in found if one.severity == "error"] == []
