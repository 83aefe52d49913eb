"""The blocks in a reader's own language: the texts of those that are translated, others as is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from blocks.decided import with_decisions
from blocks.manifest import kept_manifest
from blocks.registry import Block, Registry
from blocks.translating import choose_language, translated
from kernel.kept import Kept

REGISTRIES_KEPT = 100
WANTED_MAX = 5
_spoken: Kept[tuple[str, tuple[str, ...]], Registry] = Kept(REGISTRIES_KEPT)


def in_language(registry: Registry, wanted: Sequence[str]) -> Registry:
    """Give the same blocks, each with its texts in the best language that it offers.

    Args:
        registry: The blocks.
        wanted: Language tags (BCP 47), the best first; those after the fifth are not looked at.
    """
    tags = tuple(tag.casefold() for tag in wanted[:WANTED_MAX])
    if not any(choose_language(tags, block.manifest.i18n) for block in registry.each()):
        return registry
    return _spoken.get((registry.mark, tags), lambda: _made(registry, tags))


def _made(registry: Registry, wanted: tuple[str, ...]) -> Registry:
    blocks = [_block_in(block, wanted) for block in registry.each()]
    return Registry(blocks, f"{registry.mark}/{','.join(wanted)}")


def _block_in(block: Block, wanted: tuple[str, ...]) -> Block:
    language = choose_language(wanted, block.manifest.i18n)
    if not language:
        return block
    document = json.loads((block.folder / "block.json").read_text(encoding="utf-8"))
    said = kept_manifest(translated(document, block.manifest.i18n[language]))
    own = block.manifest
    spoken = replace(said, i18n=own.i18n, behaviour=own.behaviour)
    presets = block.decided.presets if block.decided is not None else ()
    return with_decisions(replace(block, manifest=spoken, decided=None), presets)
