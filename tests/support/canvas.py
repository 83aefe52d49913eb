"""The designer's canvas, asked from Python: what it draws, and what deeds make of a workflow."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blocks.registry import standard_registry
from designer.workflows.palette import catalogue
from runtime.flows.model import COLOURS

_HARNESS = Path(__file__).with_name("canvas.mjs")
Deed = tuple[str, Sequence[float]]
"""What is done, and numbers from 0 to 1 that choose what to."""


class Canvas:
    """The canvas's own modules in Node, without a page; `deeds` names what can be done.

    What one document ends Node with, such as a list without end, fails that document alone.
    """

    def __init__(self) -> None:
        self._entries = catalogue(standard_registry(), lambda _: "puzzle")
        self._begin()

    def _begin(self) -> None:
        self._node = subprocess.Popen(
            ["node", _HARNESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.deeds: list[str] = self._said({"catalogue": self._entries, "colours": COLOURS})

    def asked(self, document: Any, deeds: Sequence[Deed] = ()) -> dict[str, Any]:
        """Give what is drawn of a document.

        Also what it is kept as `again`, what deeds `made` of it, and where all of redo, of undo and
        of redo `ends`.
        """
        if self._node.poll() is not None:
            self._begin()
        found: dict[str, Any] = self._said({"document": document, "deeds": list(deeds)})
        assert "failed" not in found, found["failed"]
        return found

    def close(self) -> None:
        """Let Node end."""
        self._node.communicate(timeout=30)

    def _said(self, asked: Any) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(f"{json.dumps(asked)}\n")
        self._node.stdin.flush()
        answer = self._node.stdout.readline()
        if not answer:
            self._node.communicate(timeout=30)
            told = f"Node ended with {self._node.returncode}: its error stands above"
            raise AssertionError(told)
        return json.loads(answer)
