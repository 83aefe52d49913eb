"""What somebody wants a trial to be, read from a form: started with what, changing what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from blocks.forms import Submitted
from designer.drafts import read_json_text
from kernel.errors import InvalidError, Problem
from runtime.trials.trying import Wanted

SOURCES = {
    "form": "What I type",
    "alarm": "A real alarm",
    "run": "An earlier run",
    "kept": "Recorded inputs",
    "sample": "The sample alarm",
}
"""What a trial can be started with, in words; a form is offered as its trigger takes one."""
EFFECTS = ("none", "some", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says.

    Attributes:
        source: One of SOURCES; "" where nobody chose yet.
        choice: Which alarm, run or kept input: its id.
        keep_as: The name the input is to be kept under; "" to keep nothing.
    """

    source: str = ""
    trigger_id: str = ""
    choice: str = ""
    q: str = ""
    severity: str = ""
    text: str = ""
    keep_as: str = ""
    effects: str = "none"
    allows: tuple[str, ...] = ()
    confirmed: bool = False
    each: bool = False
    stops: tuple[str, ...] = ()
    until: str = ""
    only: str = ""
    item: str = ""

    @property
    def chosen(self) -> UUID:
        """Give the id of what was chosen.

        Raises:
            InvalidError: nothing was.
        """
        try:
            return UUID(self.choice)
        except ValueError:
            what = {"alarm": "an alarm", "run": "a run"}.get(self.source, "a recorded input")
            problem = Problem("/choice", f"choice: choose {what} of the list")
            raise InvalidError("say what to try it with", problems=[problem]) from None

    def wanted(self) -> Wanted:
        """Give how the trial is to go.

        Raises:
            InvalidError: the item is no JSON, or no run was chosen.
        """
        return Wanted(
            allow_effects=self.effects == "all",
            allows=self.allows if self.effects == "some" else (),
            each=self.each,
            stops=self.stops,
            until=self.until,
            only=self.only,
            from_run=self.chosen if self.only and self.source == "run" else None,
            item=(read_json_text(self.item),) if self.item else (),
        )


def read_asked(form: Submitted) -> Asked:
    """Read the form; what it does not know is passed over."""

    def last(name: str) -> str:
        return (form.getlist(name) or [""])[-1].strip()

    source, effects = last("source"), last("effects")
    return Asked(
        source=source if source in SOURCES else "",
        trigger_id=last("trigger"),
        choice=last("choice"),
        q=last("q"),
        severity=last("severity"),
        text=last("text"),
        keep_as=last("keep_as"),
        effects=effects if effects in EFFECTS else "none",
        allows=tuple(form.getlist("allows")),
        confirmed=last("confirmed") == "true",
        each=last("how") == "each",
        stops=tuple(form.getlist("stops")),
        until=last("until"),
        only=last("only"),
        item=last("item"),
    )


def trigger_of(document: Mapping[str, Any], asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """Give id and document of the trigger that is meant: the one chosen, else the first.

    A draft without one gives a rule's, so that its problem is what refuses the trial.
    """
    triggers: Mapping[str, Mapping[str, Any]] = document["triggers"]
    id_ = asked.trigger_id if asked.trigger_id in triggers else next(iter(triggers), "")
    return id_, triggers.get(id_, {"kind": "rule"})


def sources_for(trigger: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what a trial by a trigger can be started with, the likeliest first."""
    takes_form = trigger["kind"] in ("manual", "flow", "webhook", "block")
    alarms_first = ("alarm", "run", "kept", "sample", "form")
    order = ("form", "run", "kept", "alarm", "sample") if takes_form else alarms_first
    return [(one, SOURCES[one]) for one in order]
