"""Reads a page that is typed along, and does what it says: files are written, commands run.

A `console` fence holds commands (`$ …`) and what they print; `…` stands for anything. A fence of
another language right after "Put this into `file`:" is that file. `^C` is typed when what stands
above it has come.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INTO = re.compile(r"Put this into `([^`]+)`:\s*\Z")
LIMIT_S = 300.0


@dataclass(frozen=True)
class Written:
    """A file that the reader writes."""

    name: str
    content: str


@dataclass(frozen=True)
class Typed:
    """A command that the reader types, and what the page shows that it prints."""

    command: str
    shown: str


def steps_of(page: str) -> Iterator[Written | Typed]:
    """List what a page has its reader do, in order."""
    for fence in _FENCE.finditer(page):
        language, content = fence.groups()
        into = _INTO.search(page[: fence.start()])
        if into:
            yield Written(into[1], content)
        elif language == "console":
            for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Typed(command, shown)


def fits(shown: str, came: str) -> bool:
    """Tell whether what came is what a page shows, `…` being anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, came.strip(), re.DOTALL) is not None


class Reader:
    """Does what a page says, in one folder, with one environment that `export` adds to."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment = folder, dict(environment)
        self.fixed: dict[str, str] = {}

    def follow(self, step: Written | Typed) -> str:
        """Do one step; give what a command printed."""
        if isinstance(step, Written):
            (self.folder / step.name).write_text(step.content, encoding="utf-8")
            return ""
        if step.command.startswith(("export ", ". ")):
            self._change_surroundings(step.command)
            return ""
        if "^C" in step.shown:
            return self._interrupted(step)
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return done.stdout + done.stderr

    def _change_surroundings(self, command: str) -> None:
        if command.startswith(". "):  # activates a virtual environment
            programs = (self.folder / command.removeprefix(". ")).parent
            self.environment["PATH"] = f"{programs}{os.pathsep}{self.environment['PATH']}"
            return
        name, _, value = command.removeprefix("export ").partition("=")
        self.environment[name] = self.fixed.get(name, value)

    def _interrupted(self, step: Typed) -> str:
        awaited = step.shown.partition("^C")[0]
        out = self.folder.parent / f"{self.folder.name}.out"
        with out.open("w") as written:
            child = subprocess.Popen(
                shlex.split(step.command),
                cwd=self.folder,
                env={**self.environment, "PYTHONUNBUFFERED": "1"},
                stdout=written,
                stderr=subprocess.STDOUT,
            )
            end = time.monotonic() + 30
            while not fits(awaited, out.read_text()) and time.monotonic() < end:
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            child.wait(timeout=30)
        return out.read_text().replace("\nended;", "^C\nended;")
