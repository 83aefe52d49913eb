"""What went into an attempt and came out, ready to be shown: secrets masked, large values apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.manifest import Manifest, port_schema
from blocks.registry import Block, Registry
from blocks.schemas import value_at
from kernel.errors import NotFoundError
from kernel.schema import path_of, pointer_to
from runtime.runs._shown import StepView
from runtime.runs.blobs import fetch, is_reference
from runtime.secrecy import masked, masked_at

PARTS = ("config", "input", "output")
SHOWN_MAX = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A value as text.

    Attributes:
        large: Where in it large values are kept apart (JSON Pointers), and their bytes.
        left_out: How many characters of the text were left out.
    """

    text: str
    large: tuple[tuple[str, int], ...] = ()
    left_out: int = 0

    @property
    def is_large(self) -> bool:
        """Tell whether the whole value is kept apart."""
        return any(not pointer for pointer, _ in self.large)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to see."""
        return self.text in ("null", "{}", "[]", '""')


def block_of(step: StepView, registry: Registry) -> Block | None:
    """Give the block that performed an attempt; None when it is not installed."""
    block_id, _, version = step.block.partition("@")
    return registry.find(block_id, version)


def manifest_of(step: StepView, registry: Registry) -> Manifest | None:
    """Give the manifest of the block that performed an attempt; None when it is not installed."""
    found = block_of(step, registry)
    return found.manifest if found is not None else None


def schema_of(step: StepView, part: str, manifest: Manifest | None) -> Mapping[str, Any]:
    """Give the schema of an attempt's config, input or output; {} when it is not known."""
    if manifest is None:
        return {}
    if part in ("config", "input"):
        found: dict[str, Any] = getattr(manifest, part)
        return found
    return (port_schema(manifest, step.port) if step.port is not None else None) or {}


def safe_value(step: StepView, part: str, manifest: Manifest | None) -> Any:
    """Give the config, input or output of an attempt with its secrets masked."""
    return masked(getattr(step, part), schema_of(step, part, manifest))


def safe_trigger(trigger: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """Give what started a run with its secrets masked; the workflow's version says what is one."""
    given = document.get("input")
    return masked(trigger, {"properties": {"input": given}} if given else {})


def as_text(value: Any) -> str:
    r"""Write a value for people, whole.

    >>> as_text({"city": "Zürich"})
    '{\n  "city": "Zürich"\n}'
    """
    return json.dumps(value, indent=2, ensure_ascii=False)


def shown(value: Any) -> Shown:
    """Write a value for people, as much of it as a page holds."""
    text = as_text(value)
    left_out = max(0, len(text) - SHOWN_MAX)
    return Shown(text=text[:SHOWN_MAX], large=tuple(_references(value, ())), left_out=left_out)


def large_value(
    session: Session, tenant_id: UUID, step: StepView, part: str, at: str, manifest: Manifest | None
) -> Any:
    """Give a large value that an attempt holds at a JSON Pointer, secrets masked.

    Raises:
        NotFoundError: there is none, or it is no longer kept.
    """
    reference = value_at(getattr(step, part), at)
    if not is_reference(reference):
        raise NotFoundError("there is no large value at this place of the step")
    schema = schema_of(step, part, manifest)
    return masked_at(path_of(at), fetch(session, tenant_id, reference), schema)


def _references(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, int]]:
    if is_reference(value):
        yield pointer_to(path), int(value["bytes"])
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _references(item, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _references(item, (*path, at))
