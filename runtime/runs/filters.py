"""A filter of runs as it stands in an address or a JSON body, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.asked import asked_choice, asked_id, asked_instant, asked_text, asked_zone
from runtime.runs.listing import KINDS, STATES, RunFilter

NAMES = ("state", "q", "flow", "kind", "error", "since", "until", "zone", "trials")


def read_filter(asked: Mapping[str, str]) -> RunFilter:
    """Read a filter.

    `state` is one of listing.STATES, `q` a part of what started the run or its id, `flow` a
    workflow's id, `kind` a trigger's kind, `error` an error code or "any", `since` and `until`
    instants, or local times in the time zone `zone`, `trials` true to list trials too.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    zone = asked_zone(asked)
    return RunFilter(
        state=asked_choice(asked, "state", STATES),
        q=asked_text(asked, "q"),
        flow_id=asked_id(asked, "flow", of="a workflow"),
        kind=asked_choice(asked, "kind", KINDS),
        error=asked_text(asked, "error"),
        since=asked_instant(asked, "since", zone),
        until=asked_instant(asked, "until", zone),
        with_trials=asked_choice(asked, "trials", ("true", "false")) == "true",
    )
