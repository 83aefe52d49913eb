"""What a block may ask of Garland while it runs: every ability of `Context`, and nothing else.

Names and types are those of the SDK's protocols. Arguments come from others: each is held against
its annotation before the ability, which judges what they mean, sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from inspect import Parameter, signature
from typing import Any, get_args, get_type_hints

from blocks.sandbox import _wire
from blocks.sandbox._fitting import fits
from blocks.sdk import (
    Context,
    Decided,
    HttpResponse,
    MqttMessage,
    NetconfAnswer,
    SnmpValue,
    SshAnswer,
)

TOLD = ("log.", "live.report")
"""What begins so is told: nobody waits for an answer."""


def abilities() -> Mapping[str, Any]:
    """Give the abilities of `Context`: by its field, the protocol."""
    hints = get_type_hints(Context)
    return {name: hint for name, hint in hints.items() if getattr(hint, "_is_protocol", False)}


@cache
def asks() -> Mapping[str, Mapping[str, Parameter]]:
    """Give what may be asked, such as `alarms.get`, with its annotated arguments."""
    return {
        f"{ability}.{name}": _arguments(method)
        for ability, protocol in abilities().items()
        for name, method in vars(protocol).items()
        if callable(method) and not name.startswith("_")
    }


def answer(context: Context, ask: Any, given: Any) -> Any:
    """Do what a block asks, and give what it is answered as plain JSON.

    Raises:
        UnreadableError: there is no such ability, or an argument is not of its type.
        BlockError: the ability's own.
    """
    if not isinstance(ask, str) or ask not in asks():
        raise _wire.UnreadableError("it asks for what there is not")
    arguments = _read(ask, given)
    ability, _, name = ask.partition(".")
    return _plain(getattr(getattr(context, ability), name)(**arguments))


def _arguments(method: Any) -> dict[str, Parameter]:
    hints = get_type_hints(method)
    return {
        one.name: one.replace(annotation=hints[one.name])
        for one in signature(method).parameters.values()
        if one.name != "self" and one.kind is not Parameter.VAR_KEYWORD
    }


def _read(ask: str, given: Any) -> dict[str, Any]:
    takes = asks()[ask]
    needed = {name for name, one in takes.items() if one.default is Parameter.empty}
    if not isinstance(given, dict) or not needed <= given.keys() <= takes.keys():
        raise _wire.UnreadableError(f"it asks {ask} with other arguments than it takes")
    arguments = {name: _value(takes[name].annotation, value) for name, value in given.items()}
    for name, value in arguments.items():
        if not fits(value, takes[name].annotation):
            raise _wire.UnreadableError(f"it asks {ask} with a {name} of another type")
    return arguments


def _value(hint: Any, value: Any) -> Any:
    """Read what JSON has no type for."""
    if hint is datetime:
        return _wire.read_instant(value)
    if hint == list[SnmpValue] and isinstance(value, list):
        return [_wire.read_variable(one) for one in value]
    return _wire.read_bytes(value) if value is not None and bytes in get_args(hint) else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    write = _WRITERS.get(type(value))
    return value if write is None else write(value)


_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    HttpResponse: _wire.write_response,
    MqttMessage: _wire.write_message,
    SnmpValue: _wire.write_variable,
    Decided: asdict,
    SshAnswer: asdict,
    NetconfAnswer: asdict,
    datetime: datetime.isoformat,
}
