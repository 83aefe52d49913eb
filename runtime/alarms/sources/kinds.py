"""The kinds of source: what each is called, what can be set on it, how its bodies are read.

Pure. A new kind is one entry here, with a reader of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from runtime.alarms.sources.alertmanager import read_alertmanager
from runtime.alarms.sources.cloudevents import read_cloudevents
from runtime.alarms.sources.expectations import (
    EXPECTATION_PROPERTIES,
    expectations_as_form,
    expectations_from_form,
)
from runtime.alarms.sources.filling import (
    FILLING_PROPERTIES,
    filling_as_form,
    filling_from_form,
)
from runtime.alarms.sources.grafana import read_grafana
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.mapped import read_mapped
from runtime.alarms.sources.reading import Batch, read_canonical
from runtime.alarms.sources.settings import LABEL_PROPERTIES, config_from_form, form_of

TMF642 = "tmf642"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How one source is read: the name its alarms carry, its settings, its mapping if any."""

    source: str
    config: Mapping[str, Any]
    mapping: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of source.

    Attributes:
        text: What it is for, in a sentence.
        icon: Of its card.
        read: Reads a body; raises InvalidError where it cannot be read at all.
        has_mapping: Whether a tenant can map fields.
        has_labels: Whether alerts carry labels, and so `settings` applies.
        has_address: Whether what comes to the source's own address is read; else the listener
            brings it, or a token lets it in.
        is_listened: Whether the listener brings what it sends.
        is_filled: Whether the inventory can add to its alarms.
    """

    title: str
    text: str
    icon: str
    read: Callable[[Any, How], Batch]
    has_mapping: bool = False
    has_labels: bool = False
    has_address: bool = True
    is_listened: bool = False
    is_filled: bool = True
    properties: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        labels = LABEL_PROPERTIES if self.has_labels else {}
        filling = FILLING_PROPERTIES if self.is_filled else {}
        every = {**EXPECTATION_PROPERTIES, **filling, **labels}
        object.__setattr__(self, "properties", every)


def _read_json(body: Any, how: How) -> Batch:
    if how.mapping is None:
        return read_canonical(body, source=how.source)
    return read_mapped(body, source=how.source, mapping=how.mapping)


def _refuse(_body: Any, how: How) -> Batch:
    """Refuse what was sent over HTTP to a source that the listener serves."""
    message = f"{how.source} does not take alarms over HTTP: `garland listener` listens for it"
    raise InvalidError(message, problems=[Problem("", message)])


def _refuse_here(_body: Any, how: How) -> Batch:
    """Refuse what was sent to the address of a source that an API token lets in."""
    message = f"{how.source} takes alarms over TMF642: send them there, with an API token"
    raise InvalidError(message, problems=[Problem("", message)])


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "json": Kind(
            title="JSON",
            text="Anything that can post JSON: you say which of its fields is what",
            icon="braces",
            read=_read_json,
            has_mapping=True,
        ),
        "alertmanager": Kind(
            title="Prometheus Alertmanager",
            text="Alerts of Prometheus, as Alertmanager's webhook sends them",
            icon="bell-ring",
            read=lambda body, how: read_alertmanager(body, source=how.source, config=how.config),
            has_labels=True,
        ),
        "grafana": Kind(
            title="Grafana",
            text="A contact point of Grafana Alerting, or a channel of the alerting before it",
            icon="activity",
            read=lambda body, how: read_grafana(body, source=how.source, config=how.config),
            has_labels=True,
        ),
        "cloudevents": Kind(
            title="CloudEvents",
            text="Events of a broker or a cloud, structured, binary or batched; repeats are known",
            icon="radio-tower",
            read=lambda body, how: read_cloudevents(body, source=how.source, mapping=how.mapping),
            has_mapping=True,
        ),
        SNMP: Kind(
            title="SNMP",
            text="Traps and informs of devices, v1 to v3, read by the trap catalogue",
            icon="router",
            read=_refuse,
            has_address=False,
            is_listened=True,
        ),
        SYSLOG: Kind(
            title="Syslog",
            text="Messages of routers and hosts over UDP or TCP; rules say which are alarms",
            icon="scroll-text",
            read=_refuse,
            has_address=False,
            is_listened=True,
        ),
        MQTT: Kind(
            title="MQTT",
            text="Topics of a broker whose messages are alarm events",
            icon="rss",
            read=_refuse,
            has_address=False,
            is_listened=True,
        ),
        TMF642: Kind(
            title="TMF642",
            text="An alarm system that posts alarms to TMF642's address, with an API token",
            icon="share-2",
            read=_refuse_here,
            has_address=False,
            is_filled=False,
        ),
    }
)


def kind_of(name: str) -> Kind:
    """Give a kind by its name.

    Raises:
        InvalidError: there is no such kind.
    """
    found = KINDS.get(name)
    if found is None:
        message = "kind: choose one of " + ", ".join(KINDS)
        raise InvalidError(message, problems=[Problem("/kind", message)])
    return found


def check_config(name: str, config: Any) -> None:
    """Refuse settings that this kind does not have; raises InvalidError by field."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(kind_of(name).properties),
    }
    Schema(schema).require(config, "the settings cannot be kept so")


def config_of_form(name: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings form of a kind; raises InvalidError by field."""
    labels = config_from_form(form) if kind_of(name).has_labels else {}
    filling = filling_from_form(form) if kind_of(name).is_filled else {}
    return {**labels, **expectations_from_form(form), **filling}


def config_as_form(name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Write the settings of a kind as its form shows them."""
    labels = form_of(config) if kind_of(name).has_labels else {}
    return {**labels, **expectations_as_form(config), **filling_as_form(config)}
