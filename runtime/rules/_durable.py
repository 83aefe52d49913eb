"""The matching process: durable_rules in a child that may crash, hang or be killed at any time.

The only user of durable_rules, and only of its safe subset: facts, one pattern a rule, the default
state, one thread. It knows nothing of Garland: it is given definitions and messages and answers
which rules matched. Run as a file by `matcher`; one request a line on standard input, one answer
a line on standard output, both JSON:

    {"op": "load", "set": "<name>", "definitions": [...]}        -> {}
    {"op": "match", "set": "<name>", "events": [[message of each definition, ...], ...]}
        -> {"matched": [[[rule index, ...] of each definition, ...] or null, ...]}
    {"op": "drop", "set": "<name>"}                              -> {}

Any request may be answered {"error": "<why>"}. A null says that the C code refused that event;
the definition is then built anew, since the fact would otherwise stay asserted for ever.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

import durable_rules_engine

_PR_SET_PDEATHSIG = 1
_NOT_HANDLED = 1  # durable_rules' word for "no rule wanted it"


class RefusedError(Exception):
    """The C code would not take an event."""


class _Definition:
    """One definition loaded into the C code."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._handle = durable_rules_engine.create_ruleset("garland", text)

    def close(self) -> None:
        """Free the C code's memory."""
        durable_rules_engine.delete_ruleset(self._handle)

    def match(self, message: str) -> list[int]:
        """List the rules that a message matches; it is forgotten before this returns."""
        try:
            return self._match(message)
        except Exception as error:
            self.close()
            self._handle = durable_rules_engine.create_ruleset("garland", self._text)
            raise RefusedError(str(error)) from error

    def _match(self, message: str) -> list[int]:
        code, state = durable_rules_engine.assert_fact(self._handle, message)
        if code == _NOT_HANDLED:
            return []
        if code:
            raise RefusedError(f"assert_fact answered {code}")
        matched: set[int] = set()
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        action = started and started[1]
        while action:
            matched.add(int(action[3 : action.index('"', 3)]))  # an action reads {"r<index>": …}
            action = durable_rules_engine.complete_and_start_action(self._handle, state)
        durable_rules_engine.retract_fact(self._handle, message)
        return sorted(matched)


class _Engine:
    """The loaded sets, by name."""

    def __init__(self) -> None:
        self._sets: dict[str, list[_Definition]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do one request."""
        name = request["set"]
        if request["op"] == "match":
            return {"matched": [self._match(name, messages) for messages in request["events"]]}
        for definition in self._sets.pop(name, []):
            definition.close()
        if request["op"] == "load":
            self._sets[name] = [_Definition(text) for text in request["definitions"]]
        return {}

    def _match(self, name: str, messages: list[str]) -> list[list[int]] | None:
        definitions = self._sets[name]
        try:
            return [one.match(text) for one, text in zip(definitions, messages, strict=True)]
        except RefusedError:
            return None


def _confine(memory_bytes: int, parent: int) -> None:
    """Cap memory, leave no core file, and die with the parent, whatever the C code is doing."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    _confine(int(sys.argv[1]), int(sys.argv[2]))
    engine = _Engine()
    for line in sys.stdin:
        try:
            answer = engine.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - this loop is the process's edge
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
