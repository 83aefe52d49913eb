"""What the page of a rule offers beside the form: fields, values seen, workflows, a try-out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.rules.convert import document_of
from designer.rules.rows import RuleRows
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.flows.versions import flow_ids, flow_slugs
from runtime.inventory.topology import graph_of
from runtime.rules.around import INVENTORY, find_look, offered_fields, paths_named
from runtime.rules.condition_rows import conditions_of
from runtime.rules.fields import CATALOGUE
from runtime.rules.model import SETTABLE, check_rule, parse_rule
from runtime.rules.suggesting import (
    ATTRIBUTES_MAX,
    TRIED_MAX,
    Suggestions,
    attribute_paths,
    suggestions,
)
from runtime.rules.tryout import Sample, try_rule
from runtime.rules.words import field_words, rule_sentence
from runtime.surroundings.given import recent_facts

SHOWN_MAX = 10
_DERIVABLE = ("managed_object", *SETTABLE)

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A try-out told for the page: how many of the recent alarms, and the first of them."""

    looked_at: int
    matched: int
    fired: int
    shown: tuple[AlarmView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the form offers.

    Attributes:
        fields: Paths and titles a condition can look at.
        settings: The same for what the actions `set` and `derive` write.
        values: Values the tenant's recent alarms had, by path, most frequent first.
        flows: Slugs and names of the tenant's workflows; `flow_ids` are their ids by slug.
        sentence: What the rule does in words; None while it has problems.
        result: The try-out, where one was asked for and the rule has no problems.
    """

    fields: tuple[Choice, ...]
    settings: Mapping[str, tuple[Choice, ...]]
    values: Mapping[str, Suggestions]
    flows: tuple[Choice, ...]
    flow_ids: Mapping[str, UUID]
    sentence: str | None
    result: Result | None = None


def make_offer(session: Session, tenant_id: UUID, rows: RuleRows, *, tries: bool = False) -> Offer:
    """Gather what the form offers, from the workflows and recent alarms of the tenant."""
    flows = flow_slugs(session, tenant_id)
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TRIED_MAX)
    document = document_of(rows)
    facts = recent_facts(session, tenant_id, paths_named([document]), alarms)
    attributes = [(path, field_words(path)) for path in attribute_paths(facts)]
    named = {path: field_words(path) for path in _DERIVABLE}
    is_good = not check_rule(document, flows)
    fields = [(field.path, field.title) for field in (*CATALOGUE, *offered_fields())]
    fields += inventory_fields(session, tenant_id)
    fields += _named_already(rows, {path for path, _ in fields})
    return Offer(
        fields=(*fields, *attributes),
        settings={
            "set": tuple((path, named[path]) for path in SETTABLE),
            "derive": tuple(named.items()),
            "enrich": tuple((path, named[path]) for path in SETTABLE),
        },
        values=suggestions(facts, [path for path, _ in (*fields, *attributes)]),
        flows=tuple(sorted(flows.items(), key=lambda one: one[1].lower())),
        flow_ids=flow_ids(session, tenant_id),
        sentence=rule_sentence(document, flows) if is_good else None,
        result=_try(document, alarms, facts) if tries and is_good else None,
    )


def inventory_fields(session: Session, tenant_id: UUID) -> list[Choice]:
    """Offer the attributes that resources have most."""
    spots = graph_of(session, tenant_id).spots.values()
    seen = Counter(name for spot in spots for name in spot.attributes)
    paths = [f"{INVENTORY}.{name}" for name, _ in seen.most_common(ATTRIBUTES_MAX)]
    return [(path, field_words(path)) for path in paths]


def _named_already(rows: RuleRows, known: set[str]) -> list[Choice]:
    """Offer what the rule looks at in the network by numbers of its own, so that they stay."""
    groups = (rows.when, rows.a, rows.b)
    named = {row.field for group in groups for row in conditions_of(group)} - known
    return [(path, field_words(path)) for path in sorted(named) if find_look(path) is not None]


def _try(
    document: Mapping[str, Any], alarms: Sequence[AlarmView], facts: Sequence[Mapping[str, Any]]
) -> Result:
    samples = [
        Sample(known, alarm.last_raised_at) for alarm, known in zip(alarms, facts, strict=True)
    ]
    found = try_rule(parse_rule(document), samples)
    return Result(
        looked_at=found.looked_at,
        matched=len(found.matched),
        fired=len(found.fired),
        shown=tuple(alarms[index] for index in found.matched[:SHOWN_MAX]),
    )
