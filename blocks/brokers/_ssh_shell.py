"""A session with a device that knows nothing but a prompt.

Whether it waits is seen by its last line: it is the prompt, and nothing follows for a moment. The
prompt is the one that stands there after signing in, in any of its modes, or the one that a
pattern describes, which is matched in linear time (`kernel.patterns`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from blocks.brokers._ssh_line import Goal
from blocks.brokers._ssh_texts import Tail, is_pager, last_line, readable
from blocks.sdk import BlockError, SshAnswer
from kernel.patterns import find_all

QUIET_S = 0.08
"""A device that waits has been silent for so long."""
FIRST_QUIET_S = 0.3
LINE_MAX = 2_000
ANSWERS_MAX = 20
PAGES_MAX = 5_000
_PROMPT_MAX = 200
_ENDS = (">", "#", "$", "%", "]", ":")
_NAME = re.compile(r"[A-Za-z0-9_.@-]+")


@dataclass(slots=True)
class Shell:
    """One session; `begin` first, then `ask` for each command."""

    channel: Any
    goal: Goal
    prompt: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    _name: str = field(default="", init=False)
    _is_open: bool = field(default=True, init=False)

    def begin(self) -> None:
        """Wait for the first prompt."""
        self.channel.get_pty(term="vt100", width=511, height=1000)
        self.channel.invoke_shell()
        line = last_line(self._read(quiet_s=FIRST_QUIET_S).end(LINE_MAX))
        if not self.prompt:
            self._name = max(_NAME.findall(line), key=len, default="")

    def ask(self, command: str, *, is_last: bool) -> SshAnswer:
        """Type a command and give what came until the next prompt.

        Raises:
            BlockError: `ssh.closed` when the device ended the session before the last command.
        """
        if not self._is_open:
            message = f"{self.goal.host} ended the session before: {command[:80]}"
            raise BlockError("ssh.closed", message, retryable=False)
        self._send(f"{command}\n")
        came = self._read(quiet_s=QUIET_S)
        is_open = bool(self._is_open)
        if not is_open and not is_last:
            message = f"{self.goal.host} ended the session at: {command[:80]}"
            raise BlockError("ssh.closed", message, retryable=False)
        lines = readable(came.text()).split("\n")
        if is_open:
            del lines[-1]  # the prompt
        if lines and not came.is_cut and command.strip() in lines[0]:
            del lines[0]  # the echo
        output = "\n".join(lines).strip("\n")
        return SshAnswer(command=command, output=output, is_cut=came.is_cut)

    def _read(self, *, quiet_s: float) -> Tail:
        """Read until the device waits, turning pages and answering questions meanwhile."""
        came, pages, answered = Tail(), 0, 0
        while self._is_open:
            if self._take(came, quiet_s):
                continue
            line = last_line(came.end(LINE_MAX))
            if self._is_prompt(line):
                break
            answer = self._answer_to(line)
            if answer is not None:
                answered += 1
                self._reply(came, f"{answer}\n", is_too_often=answered > ANSWERS_MAX)
            elif is_pager(line):
                pages += 1
                turn = "q" if "(end)" in line.lower() else " "
                self._reply(came, turn, is_too_often=pages > PAGES_MAX)
            else:
                self._wait(line)
        return came

    def _take(self, came: Tail, quiet_s: float) -> bool:
        """Take what comes within a moment; False when nothing does."""
        self.goal.left_s()
        self.channel.settimeout(quiet_s)
        with suppress(TimeoutError):
            found = self.channel.recv(65_536)
            self._is_open = bool(found)
            came.add(found)
            return True
        return False

    def _is_prompt(self, line: str) -> bool:
        if self.prompt:
            return any(find_all(self.prompt, line, ignores_case=False, by_line=False))
        bare = line.strip()
        is_like_one = 0 < len(bare) <= _PROMPT_MAX and bare.endswith(_ENDS)
        return is_like_one and self._name in bare

    def _answer_to(self, line: str) -> str | None:
        for pattern, answer in self.answers.items():
            if line and any(find_all(pattern, line, ignores_case=True, by_line=False)):
                return answer
        return None

    def _send(self, text: str) -> None:
        self.channel.settimeout(self.goal.left_s())
        self.channel.sendall(text.encode())

    def _reply(self, came: Tail, text: str, *, is_too_often: bool) -> None:
        if is_too_often:
            raise self._lost(last_line(came.end(LINE_MAX)))
        self._send(text)
        came.add(b"\n" if text.endswith("\n") else b"")

    def _wait(self, line: str) -> None:
        """Go on reading while there is time, and say at the end what stood there last."""
        if self.goal.deadline - time.monotonic() <= QUIET_S * 2:
            raise self._lost(line)

    def _lost(self, line: str) -> BlockError:
        shown = line.strip()[-100:] or "nothing"
        message = (
            f"{self.goal.host} did not come back to its prompt; its last line was: {shown}. If "
            "that is a question, give the answer to it; if it is the prompt, describe it."
        )
        return BlockError("ssh.no_prompt", message, retryable=False)
