"""Devices as an example's `services` describes them: what they are asked, and answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import BlockError, NetconfAnswer, NetconfCall, SshAnswer, SshCall


def answer_ssh(described: Mapping[str, Any], call: SshCall, number: int) -> tuple[SshAnswer, ...]:
    """Answer commands as described; others than expected are an error."""
    mock = _next(described, "ssh", call, number)
    wanted = [one["command"] for one in mock.get("answers", [])]
    sent = list(call.commands[: len(wanted)] if call.stops_at else call.commands)
    if wanted and sent != wanted:
        raise BlockError("example.other_call", f"expected {wanted}: {list(call.commands)}")
    if "error" in mock:
        raise BlockError(mock["error"], "as the example says", retryable=True)
    status = None if call.is_shell else 0
    return tuple(SshAnswer(**{"status": status, **one}) for one in mock["answers"])


def answer_netconf(described: Mapping[str, Any], call: NetconfCall, number: int) -> NetconfAnswer:
    """Answer a request as described; another than expected is an error."""
    mock = _next(described, "netconf", call, number)
    if call.what != mock.get("what", call.what):
        raise BlockError("example.other_call", f"expected {mock['what']}: {call.what}")
    if call.document != mock.get("expect_xml", call.document):
        raise BlockError("example.other_body", f"the XML was {call.document!r}")
    if "error" in mock:
        raise BlockError(mock["error"], "as the example says", retryable=True)
    lists = {name: tuple(mock.get(name, ())) for name in ("steps", "warnings")}
    return NetconfAnswer(xml=mock.get("xml", ""), **lists)


def _next(
    described: Mapping[str, Any], name: str, call: SshCall | NetconfCall, number: int
) -> Mapping[str, Any]:
    if described.get("connections", {}).get(call.slot) == "missing":
        message = f"The step names no connection for {call.slot}."
        raise BlockError("connections.missing", message, retryable=False)
    expected = described.get(name, [])
    if number > len(expected):
        raise BlockError("example.unexpected_call", f"{name} {call.url}")
    mock: Mapping[str, Any] = expected[number - 1]
    host = f"{call.host}:{call.port}" if ":" in mock["host"] else call.host
    if host != mock["host"]:
        raise BlockError("example.other_call", f"expected {mock['host']}: {host}")
    return mock
