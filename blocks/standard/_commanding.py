"""Sending a step's commands to its device: in one session, or each apart on a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import Ssh, SshAnswer
from blocks.standard._devices import PAGING_OFF, REFUSED, SERVER
from kernel.patterns import find_all


def sent(
    ssh: Ssh,
    config: Mapping[str, Any],
    *,
    connection: str,
    answers: Mapping[str, str] | None = None,
) -> tuple[list[SshAnswer], str]:
    """Send the commands until one is refused.

    Args:
        ssh: What sends them.
        config: The step's settings.
        connection: The slot to sign in with.
        answers: By pattern of a question of the device, what is answered.

    Returns:
        What was answered to each, and the first one that was refused, "" for none.
    """
    values = {name: str(value) for name, value in config["values"].items()}
    if config["device"] == SERVER:
        return _apart(ssh, config, values, connection=connection)
    paging = PAGING_OFF.get(config["device"])
    commands = [*([paging] if paging else []), *config["commands"]]
    found = ssh.shell(
        config["host"],
        commands,
        values=values,
        prompt=config.get("prompt", ""),
        answers=answers,
        stops_at=REFUSED,
        port=config["port"],
        connection=connection,
    )
    asked = found[1:] if paging else found
    refused = next((one.command for one in reversed(found) if is_refusal(one)), "")
    return asked, refused


def _apart(
    ssh: Ssh, config: Mapping[str, Any], values: Mapping[str, str], *, connection: str
) -> tuple[list[SshAnswer], str]:
    found: list[SshAnswer] = []
    where = {"values": values, "port": config["port"], "connection": connection}
    for command in config["commands"]:
        answer = ssh.run(config["host"], command, **where)
        found.append(answer)
        if answer.status != 0:
            return found, answer.command
    return found, ""


def is_refusal(answer: SshAnswer) -> bool:
    """Tell whether a device answered that it does not take a command."""
    return any(find_all(REFUSED, answer.output, ignores_case=True, by_line=True))


def written(answers: list[SshAnswer]) -> dict[str, Any]:
    """Give answers as a step hands them on."""
    listed = [
        {
            "command": one.command,
            "output": one.output or one.errors,
            "is_cut": one.is_cut,
            **({} if one.status is None else {"status": one.status}),
        }
        for one in answers
    ]
    return {"answers": listed, "text": "\n".join(one.output or one.errors for one in answers)}
