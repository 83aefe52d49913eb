"""A new block: a folder that passes every check and test from its first minute."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from blocks.authoring.drawing import draw_folder
from blocks.authoring.folders import FolderError, read_folder
from blocks.kinds.composite import digest_of_standard
from blocks.registry import STANDARD_FOLDER
from kernel.errors import InvalidError, Problem

STARTERS = Path(__file__).with_name("starters")
KINDS = tuple(
    sorted(path.name for path in STARTERS.iterdir() if (path / "block.json.txt").exists())
)
"""What one can begin with: a kind, or `webhook` for a trigger that is told."""
_DIGEST = re.compile(r"\{\{digest:([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a new block is to be called."""

    id: str
    kind: str
    title: str
    summary: str
    category: str = "connect"
    licence: str = "Apache-2.0"


def make_block(wish: Wish, target: Path) -> tuple[str, ...]:
    """Make the folder of a new block; give the names of its files.

    Raises:
        FolderError: there is something already.
        InvalidError: the wish does not make a good manifest; problems name the fields.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"{target} is there already and is kept: name another folder with --into."
        raise FolderError(message)
    if wish.kind not in KINDS:
        known = ", ".join(KINDS)
        raise FolderError(f"There is no beginning for the kind {wish.kind}: take one of {known}.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".garland-") as made:
            folder = Path(made) / target.name
            _fill(folder, wish)
            names = tuple(sorted(_files_in(folder)))
            if target.exists():
                target.rmdir()
            shutil.move(folder, target)
    except OSError as error:
        raise FolderError(f"{target} cannot be written: {error.strerror}.") from None
    return names


def _fill(folder: Path, wish: Wish) -> None:
    words = _words_of(wish)
    for source in (STARTERS / "common", STARTERS / wish.kind):
        for file in sorted(source.rglob("*.txt")):
            target = folder / file.relative_to(source).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8")
            target.write_text(_filled(text, words, target.suffix), encoding="utf-8")
    read = read_folder(folder)
    if read.findings:
        problems = [Problem(one.pointer, one.message) for one in read.findings]
        raise InvalidError("the block cannot be made", problems=problems)
    draw_folder(folder)


def _words_of(wish: Wish) -> dict[str, str]:
    publisher, _, name = wish.id.partition(".")
    facts = {key: value for key, value in asdict(wish).items() if key != "kind"}
    return {**facts, "publisher": publisher, "name": name, "word": name.replace("-", "_") or "x"}


def _filled(text: str, words: Mapping[str, str], suffix: str) -> str:
    for name, value in words.items():
        written = json.dumps(value, ensure_ascii=False)[1:-1] if suffix == ".json" else value
        text = text.replace("{{" + name + "}}", written)
    return _DIGEST.sub(lambda place: digest_of_standard(STANDARD_FOLDER / place[1]), text)


def _files_in(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.relative_to(folder).as_posix()
