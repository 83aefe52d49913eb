"""docs/tour.md shows what `make screenshots` takes, all of it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tools.pictures.tour import PICTURES

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "pictures" / "tour"
SHOWN = re.findall(r"!\[(.*?)\]\((.*?)\)", (DOCS / "tour.md").read_text(encoding="utf-8"))

TOTAL_BYTES = 1_500_000


def test_the_page_shows_each_picture_that_is_taken_in_its_order() -> None:
    assert [file for _, file in SHOWN] == [f"pictures/tour/{name}.webp" for name in PICTURES]


def test_each_picture_says_in_words_what_it_shows() -> None:
    assert [file for words, file in SHOWN if len(words.split()) < 5] == []


def test_the_folder_holds_the_pictures_and_nothing_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.webp" for name in PICTURES}


def test_the_pictures_are_light_and_can_be_read() -> None:
    sizes = {}
    for file in FOLDER.iterdir():
        with Image.open(file) as picture:
            picture.verify()
            sizes[file.name] = picture.width

    assert sizes["phone.webp"] < min(width for name, width in sizes.items() if name != "phone.webp")
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < TOTAL_BYTES
