"""What a process keeps of installed blocks, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from tests.integration.blocks.installs.test_installing import install
from tests.integration.runtime.engine.bench import Bench


def blocks_of(bench: Bench) -> Registry:
    with bench.writing() as session:
        return registry_of(session, bench.tenant_id)


def test_what_could_not_be_unpacked_once_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    install(bench)
    with monkeypatch.context() as patch:
        patch.setattr("blocks.installs.registry.unpacked", full)
        without = blocks_of(bench)

    assert without.latest("acme.say") is None
    assert blocks_of(bench).latest("acme.say") is not None


def test_a_block_that_cannot_be_made_leaves_the_others_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("make_run")

    install(bench)
    monkeypatch.setattr("blocks.installs.registry.load_installed", broken)
    found = blocks_of(bench)

    assert found.latest("acme.say") is None
    assert found.latest("garland.wait") is not None
