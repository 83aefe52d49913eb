"""What Garland answers keeps to the documents that it says it keeps to."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from garland.reference.addresses import addresses
from garland.reference.openapi import openapi
from tests.api_contract.asking import World, violations
from tests.isolation.crawl import calls_of
from tests.isolation.routes import FIXED, IDS
from tests.support.size import examples

V4, V5 = "/tmf-api/alarmManagement/v4", "/tmf-api/alarmManagement/v5"


def _own(world: World) -> dict[str, Any]:
    app = world.app
    return openapi(
        addresses(app.url_map.iter_rules(), app.view_functions), server="http://localhost"
    )


def _things(world: World) -> dict[str, str]:
    named = {name: world.ids[kind] for name, kind in IDS.items() if "." not in name}
    fixed = {name: FIXED[name] for name in ("number", "step", "trigger_id", "version")}
    return {**named, **fixed}


def test_every_answer_to_an_admins_program_is_as_the_openapi_document_says(world: World) -> None:
    found = violations(
        world,
        _own(world),
        there=_things(world),
        headers={**world.headers(), "If-Match": '"1"'},
        tries=examples(2, at_night=40),
    )

    assert found == {}
