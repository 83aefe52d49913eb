"""What a page asks of a step's data: the tree with its last values, and whether a text is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from designer.data.mapped import Data
from designer.data.samples import Choice, Place, Sample, choices, chosen_of, sample_of
from designer.data.trying import Outcome, try_expression
from runtime.flows.mappings import expression_problems
from runtime.flows.problems import Known
from runtime.flows.reading import Readable, readable_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step of a document that a page holds; `sample` is the id of a choice, "" for the best."""

    document: Mapping[str, Any]
    step: str
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The data of a step, which sample its values are of, and which others there are."""

    data: Data
    sample: Sample
    choices: list[Choice]


def offer_of(place: Place, asked: Asked, known: Known) -> Offer:
    """Give what a step can read."""
    sources = readable_by(asked.document, asked.step, place.registry, known)
    offered = choices(place)
    chosen = chosen_of(offered, asked.sample)
    sample = sample_of(place, chosen, asked.document, _steps_of(sources))
    return Offer(data=Data(sources, sample.variables), sample=sample, choices=offered)


def outcome_of(
    place: Place, asked: Asked, known: Known, *, pointer: str, text: str, offer: Offer
) -> Outcome:
    """Check and try an expression where it stands, on the sample of what is offered there.

    Where it fails for want of what is always there, such as in an alarm that was written by hand,
    the sample is to blame and not the expression.
    """
    wrong = expression_problems(
        asked.document, asked.step, pointer, text, registry=place.registry, known=known
    )
    outcome = try_expression(text, wrong, offer.sample)
    lacking = offer.data.lacking(text) if outcome.note else []
    if not lacking:
        return outcome
    note = f"it has no {', '.join(lacking)}: choose other data to try it on under “Insert data”"
    return replace(outcome, note=note)


def _steps_of(sources: list[Readable]) -> frozenset[str]:
    return frozenset(one.step for one in sources if one.step)
