"""Manifests in other languages: which texts there are, how they read, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.manifest import manifest_problems
from blocks.registry import load_block, standard_registry
from blocks.translating import choose_language, texts_of, translated, untranslated
from kernel.errors import InvalidError
from tests.unit.blocks.test_manifest_rules import WHOLE

FOLDER = next(
    one.folder for one in standard_registry().all() if one.manifest.id == "garland.send-email"
)


def test_lists_what_people_read_and_nothing_that_code_holds_on_to() -> None:
    found = texts_of(WHOLE)

    assert found["/permissions/0/reason"] == "Asks it."
    assert found["/errors/0/text"] == "The probe is silent."
    assert not [
        pointer for pointer in found if pointer.endswith(("/id", "/code", "/name", "/slot"))
    ]


def test_puts_a_translation_in_and_keeps_the_rest() -> None:
    made = translated(WHOLE, {"/outputs/0/title": "Fertig", "/id": "x", "/outputs/9/title": "x"})

    assert made["outputs"][0] == {"name": "done", "title": "Fertig"}
    assert made["id"] == WHOLE["id"]
    assert WHOLE["outputs"][0]["title"] == "Done"


@given(data=st.data())
def test_a_translated_manifest_is_a_manifest_with_the_same_texts_in_place(data: Any) -> None:
    pointers = data.draw(st.sets(st.sampled_from(sorted(texts_of(WHOLE)))))
    texts = dict.fromkeys(pointers, "Text")

    made = translated(WHOLE, texts)

    assert manifest_problems(made) == []
    assert texts_of(made) == texts_of(WHOLE) | texts
    assert set(untranslated(WHOLE, texts)) == texts_of(WHOLE).keys() - texts.keys()


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (["de"], ["de", "fr"], "de"),
        (["de-CH"], ["de"], "de"),
        (["pt-BR"], ["pt-br", "pt"], "pt-br"),
        (["it", "fr"], ["fr"], "fr"),
        (["en-GB", "de"], ["de"], ""),
        (["it"], ["de"], ""),
        ([], ["de"], ""),
    ],
)
def test_chooses_the_language_that_is_preferred(
    wanted: list[str], offered: list[str], chosen: str
) -> None:
    assert choose_language(wanted, offered) == chosen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "block")
    (tmp_path / "block" / "i18n").mkdir()
    return tmp_path / "block"


def test_reads_the_languages_beside_the_manifest(folder: Path) -> None:
    (folder / "i18n" / "de.json").write_text(json.dumps({"/title": "Mail senden"}))

    assert load_block(folder).manifest.i18n == {"de": {"/title": "Mail senden"}}


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        pytest.param("{", "/i18n/de", id="no JSON"),
        pytest.param('{"/version": "2"}', "/i18n/de/~1version", id="no text"),
        pytest.param('["a"]', "/i18n/de", id="a list"),
    ],
)
def test_a_file_that_is_no_translation_is_refused(folder: Path, text: str, pointer: str) -> None:
    (folder / "i18n" / "de.json").write_text(text)

    with pytest.raises(InvalidError) as caught:
        load_block(folder)

    assert caught.value.problems[0].pointer == pointer


def test_a_language_that_is_there_twice_is_refused(folder: Path) -> None:
    document = json.loads((folder / "block.json").read_text())
    texts = {"/title": "Mail senden"}
    (folder / "block.json").write_text(json.dumps({**document, "i18n": {"de": texts}}))
    (folder / "i18n" / "de.json").write_text(json.dumps(texts))

    with pytest.raises(InvalidError, match="twice"):
        load_block(folder)
