"""What is pasted into the system that sends stands as it is written."""

from __future__ import annotations

import shlex

import pytest

from runtime.alarms.sources.examples import example_for
from runtime.alarms.sources.kinds import KINDS

ADDRESS = "https://garland.example/in/in_x"


@pytest.mark.parametrize("kind", KINDS)
def test_names_the_address(kind: str) -> None:
    assert f"'{ADDRESS}'" in example_for(kind, ADDRESS)[1]


def test_sends_the_sample_whatever_quotes_it_holds() -> None:
    command = example_for("json", ADDRESS, '{"text": "it\'s\n down"}')[1]

    assert shlex.split(command)[-1] == '{"text": "it\'s down"}'
