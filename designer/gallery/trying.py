"""Trying a template before anything is made: its workflow played in memory on a made-up alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.registry import Registry
from designer.gallery.model import Template, Trial
from designer.workflows.samples import sample_alarm
from kernel.clock import format_instant
from runtime.rehearsal.playing import Rehearsal
from runtime.rehearsal.services import FileServices
from runtime.rehearsal.trace import Rehearsed
from runtime.runs.outside import Brokers

ATTEMPTS_MAX = 500
"""A person waits for the page meanwhile."""


def rehearse(
    documents: Mapping[str, Any], trial: Trial, registry: Registry, *, now: datetime
) -> Rehearsed:
    """Play a template's workflow; nothing is called and nothing is changed."""
    flow = documents["flow"]
    alarm = sample_alarm(trial.sample)
    name = trial.trigger or next(iter(flow["triggers"]))
    services = FileServices(
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        tables={one["name"]: one["rows"] for one in documents.get("tables", ())},
        alarm=alarm,
    )
    kind = flow["triggers"][name]["kind"]
    trigger = {"kind": kind, "alarm": alarm, "input": {}, "body": {}, "headers": {}, "query": {}}
    trigger |= {"at": format_instant(now), **trial.given}
    how = Rehearsal(
        registry=registry,
        services=services,
        mock=True,
        answers=trial.answers,
        attempts_max=ATTEMPTS_MAX,
    )
    return how.play(flow, trigger, name, now)


def trials_of(template: Template) -> Sequence[Trial]:
    """Give the ways through a template that it tells of; where it tells of none, the plain one."""
    return template.trials or (Trial(title="As it is"),)
