"""Blocks read in the language of whoever looks at them, where they are translated into it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blocks.registry import Registry, load_block
from blocks.speaking import in_language
from tests.factories.blocks import make_block_folder

TEXTS = {"/title": "Leitung messen", "/outputs/0/title": "Fertig"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    folder = make_block_folder(tmp_path)
    (folder / "i18n").mkdir()
    (folder / "i18n" / "de.json").write_text(json.dumps(TEXTS))
    (tmp_path / "other").mkdir()
    other = make_block_folder(tmp_path / "other", id="acme.other", title="Other")
    return Registry([load_block(folder), load_block(other)], mark=str(tmp_path))


def titles(registry: Registry) -> set[str]:
    return {block.manifest.title for block in registry.each()}


def test_what_is_translated_reads_in_the_readers_language_and_the_rest_as_it_was(
    registry: Registry,
) -> None:
    said = in_language(registry, ["de-CH", "fr"])

    assert titles(said) == {"Leitung messen", "Other"}
    assert said.mark != registry.mark


def test_only_words_change(registry: Registry) -> None:
    [before] = [block for block in registry.each() if block.manifest.i18n]
    after = in_language(registry, ["de"]).find(before.manifest.id, before.manifest.version)

    assert after is not None
    assert (after.run, after.folder, after.digest) == (before.run, before.folder, before.digest)
    assert after.manifest.behaviour == before.manifest.behaviour
    assert [port.name for port in after.manifest.outputs] == [
        port.name for port in before.manifest.outputs
    ]
    assert after.manifest.outputs[0].title == "Fertig"


@pytest.mark.parametrize("wanted", [[], ["en"], ["en-GB", "de"], ["it"]])
def test_whoever_reads_english_or_none_of_them_gets_the_blocks_themselves(
    registry: Registry, wanted: list[str]
) -> None:
    assert in_language(registry, wanted) is registry
