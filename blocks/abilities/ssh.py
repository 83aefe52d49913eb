"""`ctx.ssh` in the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blocks.abilities.attempt import Attempt
from blocks.abilities.places import may_command, place_of
from blocks.commands import filled_command, why_no_command
from blocks.permissions.ssh import PORT
from blocks.permits import Permit, permit_of
from blocks.sdk import BlockError, SshAnswer, SshCall
from kernel.patterns import pattern_problem

COMMANDS_MAX = 50
ANSWERS_MAX = 20
ANSWER_MAX = 200


@dataclass(frozen=True, slots=True)
class SshAbility:
    """`ctx.ssh`."""

    attempt: Attempt

    def run(
        self,
        host: str,
        command: str,
        *,
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> SshAnswer:
        """See `sdk.Ssh.run`."""
        place, permit = reached(self.attempt, host, port, connection)
        may_command(self.attempt, "ssh.run")
        call = SshCall(
            host=place,
            port=port,
            commands=(filled_command(command, values or {}),),
            timeout_s=self.attempt.within(timeout_s),
            permit=permit,
            slot=connection,
        )
        return self.attempt.services.ssh(call)[0]

    def shell(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        commands: list[str],
        *,
        values: Mapping[str, str] | None = None,
        prompt: str = "",
        answers: Mapping[str, str] | None = None,
        stops_at: str = "",
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> list[SshAnswer]:
        """See `sdk.Ssh.shell`."""
        place, permit = reached(self.attempt, host, port, connection)
        may_command(self.attempt, "ssh.shell")
        if not 1 <= len(commands) <= COMMANDS_MAX:
            message = f"A session takes 1 to {COMMANDS_MAX} commands, not {len(commands)}."
            raise BlockError("ssh.bad_command", message, retryable=False)
        _check_dialogue((prompt, stops_at), answers or {})
        call = SshCall(
            host=place,
            port=port,
            commands=tuple(filled_command(one, values or {}) for one in commands),
            is_shell=True,
            prompt=prompt,
            answers=dict(answers or {}),
            stops_at=stops_at,
            timeout_s=self.attempt.within(timeout_s),
            permit=permit,
            slot=connection,
        )
        return list(self.attempt.services.ssh(call))


def reached(attempt: Attempt, host: str, port: int, connection: str) -> tuple[str, Permit]:
    """Give the host as it is called, and what the manifest permits; refuse what it does not."""
    place, _ = place_of(attempt, "ssh", host, port)
    attempt.permit_slot(connection)
    return place, permit_of(attempt.permit("ssh"), attempt.config)


def _check_dialogue(patterns: tuple[str, ...], answers: Mapping[str, str]) -> None:
    for pattern in (*patterns, *answers):
        why = pattern_problem(pattern) if pattern else None
        if why:
            message = f"The pattern {pattern[:60]} {why}."
            raise BlockError("ssh.bad_pattern", message, retryable=False)
    if len(answers) > ANSWERS_MAX or "" in answers:
        message = f"Give at most {ANSWERS_MAX} answers, each with the pattern of its question."
        raise BlockError("ssh.bad_pattern", message, retryable=False)
    for answer in answers.values():
        if answer and (len(answer) > ANSWER_MAX or why_no_command(answer)):
            message = "An answer holds a line break, or is too long: write one short line."
            raise BlockError("ssh.bad_command", message, retryable=False)
