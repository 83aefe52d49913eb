"""What a manifest asks for: do its permissions and secret slots agree with each other?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks._manifest_parts import USUAL_PORTS
from blocks._repeats import repeats
from blocks.schemas import field_schema
from kernel.errors import Problem
from kernel.schema import covers

LABEL = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""One label of a host's name (RFC 1123, 2.1): what a place in a host may be filled with."""

HOST_MAX = 253
_PLACE = re.compile(r"\$\{config\.([a-z][a-z0-9_]*)\}")
_LABEL = re.compile(LABEL)
_FIXED_LABELS = 2
_CARRIERS = {
    "ssh_key": ("ssh",),
    "snmp_v3": ("snmp",),
    "basic": ("http", "ssh", "mqtt"),
    "mtls": ("http", "mqtt"),
}
_HTTP = ("http",)
_LIMITS = {"hosts": tuple(USUAL_PORTS), "methods": _HTTP, "ports": tuple(USUAL_PORTS)}


def permission_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """List what is wrong with the permissions and slots of a document of the right shape."""
    permissions = document.get("permissions", ())
    names = [permission["name"] for permission in permissions]
    for index in repeats(names):
        yield Problem(f"/permissions/{index}/name", f"{names[index]} is asked for twice")
    for index, permission in enumerate(permissions):
        for name, takers in _LIMITS.items():
            if name in permission and permission["name"] not in takers:
                message = f"only {_either(takers)} takes {name}: remove it"
                yield Problem(f"/permissions/{index}/{name}", message)
        for place, host in enumerate(permission.get("hosts", ())):
            for message in _host_problems(host, document["config"]):
                yield Problem(f"/permissions/{index}/hosts/{place}", message)
    yield from _slot_problems(document, names)


def _host_problems(host: str, config: Mapping[str, Any]) -> Iterator[str]:
    if host == "*":
        return
    labels = _labels(host.removeprefix("*."))
    fixed = [label for label in labels if not _PLACE.fullmatch(label)]
    if len(host) > HOST_MAX or not all(_LABEL.fullmatch(label) for label in fixed):
        yield f"{host} is no host's name: labels of letters, digits and inner dashes, dots between"
    if any(_PLACE.fullmatch(label) for label in labels[-_FIXED_LABELS:]):
        yield f"{host} may lead anywhere: write its last two labels out"
    for label in labels:
        if place := _PLACE.fullmatch(label):
            yield from _place_problems(place[1], config)


def _place_problems(name: str, config: Mapping[str, Any]) -> Iterator[str]:
    field = field_schema(config, name)
    if name not in (config.get("properties") or {}):
        yield f"the settings have no field {name}: name one that they have"
    elif field.get("type", "string") != "string" or not _is_label(field):
        yield f'{name} could hold more than one label: add "pattern": "{LABEL}" to it in config'
    elif name not in config.get("required", ()) and "default" not in field:
        yield f"{name} may be left out: add it to required in config, or give it a default"


def _is_label(field: Mapping[str, Any]) -> bool:
    return covers({"type": "string", "pattern": LABEL}, {"type": "string", **field})


def _labels(host: str) -> list[str]:
    """Part a host's name at its dots, those inside a place aside.

    >>> _labels("${config.site}.acme.example")
    ['${config.site}', 'acme', 'example']
    """
    return [label.replace("\0", ".") for label in _hidden(host).split(".")]


def _hidden(host: str) -> str:
    return _PLACE.sub(lambda place: place[0].replace(".", "\0"), host)


_CHECKED_BY = ("api_key", "bearer", "basic")
"""What a webhook checks its requests by, carried nowhere."""


def _slot_problems(document: Mapping[str, Any], permissions: list[str]) -> Iterator[Problem]:
    secrets = document.get("secrets", ())
    slots = [secret["slot"] for secret in secrets]
    for index in repeats(slots):
        yield Problem(f"/secrets/{index}/slot", f"the slot {slots[index]} is there twice")
    is_called = document.get("trigger", {}).get("mode") == "webhook"
    for index, secret in enumerate(secrets):
        if "inject" in secret and "api_key" not in secret["accepts"]:
            message = "only an API key is put into a header or address: remove inject"
            yield Problem(f"/secrets/{index}/inject", message)
        for place, kind in enumerate(secret["accepts"]):
            carriers = _CARRIERS.get(kind, _HTTP)
            if is_called and kind in _CHECKED_BY:
                continue
            if not any(name in permissions for name in carriers):
                wanted = _either(carriers)
                message = f"{kind} needs the permission {wanted}: ask for it, or remove {kind}"
                yield Problem(f"/secrets/{index}/accepts/{place}", message)


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)
