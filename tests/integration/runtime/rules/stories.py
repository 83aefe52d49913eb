"""Stories of a tenant: events come, people and the clock do things, planned work and storms pass.

Strategies that tell them, and who lets them happen: through the very services that do so in life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms import store
from runtime.alarms._tables import AlarmRow
from runtime.alarms.clock import do_due
from runtime.alarms.holding.holds import release_due
from runtime.alarms.journal import MISSING, append, note
from runtime.alarms.model import parse_event
from runtime.alarms.policy.store import change_policy
from runtime.correlation import correlate_batch
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.maintenance.windows import plan_window
from runtime.quieting.storms import save_protection, settle_storms
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant, system
from tests.factories.maintenance import window_document
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON
from tests.unit.runtime.rules.streams import OBJECTS, SEVERITIES, SITES, Said, patterns, said

DAY = timedelta(days=1)
BLINK = timedelta(microseconds=1)
NETWORK = b"key,kind,site,vendor\nlink-1,node,bern,Acme\nlink-2,node,bern,Beta\nlink-3,node,,Acme\n"
LINKS = b"from,to,relation\nlink-2,link-1,depends_on\nlink-3,link-2,depends_on\n"
YES: Any = True
FIRST = make_leaf("managed_object", "is", "link-1")
_conditions = st.sampled_from(
    [
        make_leaf("managed_object", "exists"),
        make_leaf("managed_object", "exists"),
        make_leaf("managed_object", "starts_with", "link"),
        make_leaf("perceived_severity", "at_least", "major"),
        make_leaf("ack_state", "is", "unacknowledged"),
        make_leaf("attributes.team", "is", "core"),
        make_leaf("attributes.team", "missing"),
        make_leaf("count", "at_most", 2),
        make_leaf("flap_count", "more_than", 0),
        make_leaf("escalation_level", "at_least", 1),
        make_leaf("topology.parent_down", "is", YES),
        make_leaf("topology.neighbour_down(hops=1,age_s=60)", "is", YES),
        make_leaf("maintenance.active", "is", YES),
        make_leaf("inventory.vendor", "is", "Acme"),
    ]
)
_deeds = st.sampled_from(
    [
        [{"do": "suppress"}],
        [{"do": "acknowledge"}],
        [{"do": "set", "fields": {"attributes.team": "core"}}],
        [{"do": "set", "fields": {"perceived_severity": "critical"}}],
        [{"do": "clear"}],
        [{"do": "correlate", "parent": "matching", "where": FIRST}],
        [{"do": "derive", "alarm": {"specific_problem": "again"}}],
    ]
)
_ons = st.sampled_from([["raised", "changed"], ["raised"], ["cleared"], ["raised", "escalated"]])


def _is_sound(rule: dict[str, Any]) -> bool:
    return rule["pattern"]["kind"] != "persists" or "cleared" not in rule.get("on", ())


told_rules: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "pattern": patterns,
        "when": _conditions,
        "then": _deeds,
        "priority": st.integers(0, 3),
    },
    optional={"on": _ons, "cooldown_s": st.sampled_from([0, 5, 60]), "stop": st.booleans()},
).filter(_is_sound)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done `gap_s` after what was before, to one alarm of those that there are."""

    gap_s: float
    what: str
    which: int


DEEDS: Mapping[str, Callable[..., Any]] = {
    "acknowledge": store.acknowledge,
    "unacknowledge": store.unacknowledge,
    "clear": store.clear_by_person,
    "unshelve": store.unshelve,
    "suppress": store.suppress,
    "unsuppress": store.unsuppress,
}
_OTHERS = ("shelve", "team", "worse", "group", "ungroup", "missing", "at once", "window", "window")
raised = said.filter(lambda one: one.document["perceived_severity"] != "cleared")
gaps = st.sampled_from([0.0, 0.5, 1.0, 5.0, 12.0, 31.0, 61.0])
stories = st.lists(
    st.one_of(
        said,
        said,
        raised,
        raised,
        st.builds(Deed, gaps, st.sampled_from([*DEEDS, *_OTHERS]), st.integers(0, 7)),
        st.builds(Deed, gaps, st.just("clock"), st.just(0)),
    ),
    min_size=20,
    max_size=50,
)
policies: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "reopen_within_s": st.sampled_from([0, 20]),
        "ttl_s": st.sampled_from([60, 120]),
        "hold_clears_s": st.just(30),
        "worse_unacknowledges": st.booleans(),
        "escalate_after_min": st.just([1, 2]),
    },
)
protections = st.sampled_from(
    [
        None,
        {"window_s": 10, "tenant": {"begin_per_s": 0.2, "end_per_s": 0.1}},
        {"window_s": 30, "site": {"begin_per_s": 0.05, "end_per_s": 0.02}},
    ]
)


class Customs(NamedTuple):
    """How a tenant's alarms live, and from when on they are a storm."""

    policy: dict[str, Any]
    protection: dict[str, Any] | None


customs = st.builds(Customs, policies, protections)


@dataclass
class World:
    """One tenant to whom a story happens."""

    session: Session
    tenant_id: UUID
    matcher: Matcher
    sizes: Sequence[int] = (3,)
    now: datetime = NOON

    def prepare(self, customs: Customs) -> None:
        """Lay out the network, and how alarms live."""
        policy, protection = customs
        where = (self.session, self.tenant_id)
        with as_tenant(*where):
            staged = stage_import(
                *where, (NETWORK, LINKS), origin="plan", naming=Naming(), by="Ann", now=NOON
            )
            apply_import(*where, staged.id, remove_gone=False, now=NOON)
            if policy:
                change_policy(*where, policy, by="Ann", now=NOON)
            if protection:
                save_protection(*where, protection, now=NOON)

    def tell(self, story: Sequence[Said | Deed]) -> None:
        """Let a story happen, with a batch now and then, and go on until nothing happens more."""
        for number, one in enumerate(story):
            self.live(one)
            if number % self.sizes[number % len(self.sizes)] == 0:
                self.correlate(self.sizes[number % len(self.sizes)])
        for _ in range(3):
            self.correlate_all()
            self.now += DAY
            self.clock()
        self.correlate_all()

    def live(self, one: Said | Deed) -> None:
        """Let something be said or done, and leave it to batches that come later."""
        self.now += timedelta(seconds=one.gap_s) + BLINK
        with as_tenant(self.session, self.tenant_id):
            self._say(one) if isinstance(one, Said) else self._do(one)

    def correlate(self, limit: int) -> int:
        """Let the correlator take one batch; each has an instant of its own."""
        self.now += BLINK
        return correlate_batch(self.session, matcher=self.matcher, now=self.now, limit=limit)

    def correlate_all(self) -> None:
        """Let the correlator take all there is."""
        while self.correlate(self.sizes[-1]):
            pass

    def clock(self) -> None:
        """Let the clock do what is due."""
        with system(self.session):
            settle_storms(self.session, now=self.now)
            release_due(self.session, now=self.now)
            do_due(self.session, now=self.now)

    def _event(self, one: Said) -> Any:
        at = format_instant(self.now - timedelta(seconds=one.late_s))
        key = "cleared_at" if one.document["perceived_severity"] == "cleared" else "raised_at"
        return parse_event({**one.document, key: at})

    def _say(self, one: Said) -> None:
        append(self.session, self.tenant_id, [self._event(one)], now=self.now)

    def _alarms(self) -> list[UUID]:
        mine = select(AlarmRow.id).where(AlarmRow.tenant_id == self.tenant_id)
        return list(self.session.scalars(mine.order_by(AlarmRow.id)))

    def _do(self, deed: Deed) -> None:
        if deed.what == "clock":
            with system(self.session):
                self.clock()
            return
        where = (self.session, self.tenant_id)
        if deed.what == "window":
            begins, ends = self.now + timedelta(seconds=1), self.now + timedelta(seconds=90)
            written = window_document(
                starts_at=format_instant(begins),
                ends_at=format_instant(ends),
                suppresses=deed.which % 2 == 0,
            )
            plan_window(*where, document=written, by="Ann", now=self.now)
        elif deed.what == "at once":
            name, severity = OBJECTS[deed.which % 3], SEVERITIES[deed.which % 3]
            document = {"managed_object": name, "perceived_severity": severity}
            one = Said(0, 0, {**document, "attributes": {"site": SITES[0]}})
            store.apply_at_once(*where, self._event(one), raw={}, now=self.now)
        elif alarms := self._alarms():
            mine = alarms[deed.which % len(alarms)]
            self._do_to(deed, mine, alarms[(deed.which + 1) % len(alarms)])

    def _do_to(self, deed: Deed, mine: UUID, other: UUID) -> None:
        where = (self.session, self.tenant_id)
        who: dict[str, Any] = {"by": "Ann", "now": self.now}
        if deed.what in DEEDS:
            DEEDS[deed.what](*where, mine, **who)
        elif deed.what == "shelve":
            until = self.now + timedelta(seconds=20)
            store.shelve(*where, mine, until=until, reason="later", **who)
        elif deed.what == "missing":
            note(*where, MISSING, [mine], now=self.now)
        elif deed.what == "ungroup":
            store.ungroup(*where, [mine], **who)
        elif deed.what == "group":
            self._group(mine, other, who)
        else:
            fields = {"team": {"attributes": {"team": "core"}}}
            set_ = fields.get(deed.what, {"perceived_severity": "critical"})
            store.set_fields(*where, mine, fields=set_, **who)

    def _group(self, mine: UUID, other: UUID, who: dict[str, Any]) -> None:
        parent = store.get_alarm(self.session, self.tenant_id, mine).parent_id
        if mine != other and parent is None:
            store.group_under(self.session, self.tenant_id, mine, [other], **who)
