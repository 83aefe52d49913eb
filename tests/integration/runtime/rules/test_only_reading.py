"""What is asked by POST and writes nothing takes no write lock, however long it works."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from tests.factories.rules import make_rule_document
from tests.integration.runtime.rules.test_api import RULES, designer, tenant
from tests.integration.runtime.rules.test_tables_api import MAJOR, made

__all__ = ["designer", "tenant"]
_ALARM = {"managed_object": "r1", "perceived_severity": "major"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("{table}/evaluate", {"values": MAJOR, "version": "draft"}, id="evaluate"),
        pytest.param("{table}/backtest", {"hours": 1}, id="backtest"),
        pytest.param(
            f"{RULES}/simulate", {"rule": make_rule_document(), "alarms": [_ALARM]}, id="simulate"
        ),
    ],
)
def test_it_is_answered_while_somebody_writes(
    designer: FlaskClient, engine: Engine, path: str, body: Any
) -> None:
    address = path.format(table=made(designer))

    with engine.begin() as writer:
        writer.execute(text("UPDATE organisation SET name = name"))
        answer = designer.post(address, json=body)

    assert answer.status_code == 200, answer.text
