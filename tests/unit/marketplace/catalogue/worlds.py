"""Small worlds of listings and overlays, for properties that hold in each of them."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from blocks.presets import Hold, Preset
from blocks.quality import Level
from marketplace.catalogue.overlay import (
    About,
    Audience,
    Bundle,
    Customer,
    Effect,
    Entry,
    Overlay,
    Rule,
    Whom,
)
from marketplace.catalogue.public import Channel, Listing, Release
from marketplace.catalogue.resolving import Tree

CSP, RESELLER, BELOW, OTHER, ANOTHER = (UUID(int=number) for number in range(1, 6))
ANNA, BERT = UUID(int=11), UUID(int=12)
BASIC, LARGE = UUID(int=21), UUID(int=22)
LAMP = "acme.lamp"
MARK = "¤"
VERSIONS = ("1.0.0", "1.1.0", "1.10.0", "2.0.0", "2.1.0-rc.1")
CONFIG = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host"],
    "properties": {
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5},
    },
}
NARROWER = {
    **CONFIG,
    "properties": {"host": {"type": "string", "minLength": 1, "maxLength": 3}},
}

RELEASES = st.builds(
    Release,
    version=st.sampled_from(VERSIONS),
    digest=st.just("sha256:0"),
    channel=st.sampled_from([Channel.STABLE, Channel.STABLE, Channel.BETA]),
    permissions=st.frozensets(st.sampled_from(["http", "ssh", "mail"]), max_size=2),
    level=st.sampled_from(Level),
    licence=st.sampled_from(["MIT", "MIT OR GPL-3.0-only", "GPL-3.0-only", "who knows"]),
    config=st.sampled_from([CONFIG, CONFIG, CONFIG, NARROWER]),
    is_deprecated=st.booleans(),
)


def listings(private_to: UUID | None = None) -> st.SearchStrategy[Listing]:
    """Give listings of one block with some versions."""
    releases = st.lists(RELEASES, min_size=2, max_size=4, unique_by=lambda one: one.version)
    return st.builds(
        Listing,
        listing_id=st.just(LAMP),
        title=st.just("Lamp"),
        publisher=st.just("acme"),
        releases=releases.map(tuple),
        private_to=st.just(private_to),
    )


AUDIENCES = st.builds(
    Audience,
    whom=st.sampled_from(Whom),
    plans=st.frozensets(st.sampled_from([BASIC, LARGE])),
    customers=st.frozensets(st.sampled_from([ANNA, BERT])),
)
_VALUES = {
    About.BLOCK: st.sampled_from([LAMP, "acme.bulb"]),
    About.PUBLISHER: st.sampled_from(["acme", "bauble"]),
    About.PERMISSION: st.sampled_from(["http", "ssh", "mail"]),
    About.QUALITY: st.sampled_from(["bronze", "silver", "gold"]),
    About.LICENCE: st.sampled_from(["MIT", "GPL-3.0-only"]),
}


@st.composite
def rules(draw: st.DrawFn, mark: str) -> Rule:
    """Give a rule whose name carries a mark."""
    about = draw(st.sampled_from(About))
    most = 1 if about is About.QUALITY else 2
    return Rule(
        key=mark + draw(st.text("abc", min_size=1, max_size=3)),
        effect=draw(st.sampled_from([Effect.ALLOW, Effect.ALLOW, Effect.REFUSE])),
        about=about,
        values=draw(st.frozensets(_VALUES[about], min_size=1, max_size=most)),
    )


def presets(mark: str) -> st.SearchStrategy[Preset]:
    """Give presets that mostly fit; hidden texts carry a mark."""
    host = st.builds(
        Preset,
        name=st.just("host"),
        hold=st.just(Hold.HIDDEN),
        has_value=st.booleans(),
        value=st.sampled_from([f"{mark}a", f"{mark}abcdef"]),
    )
    port = st.builds(
        Preset,
        name=st.just("port"),
        hold=st.sampled_from(Hold),
        value=st.integers(1, 9),
    )
    return host | port


def entries(mark: str) -> st.SearchStrategy[Entry]:
    """Give what is said of the block."""
    kept = st.lists(presets(mark), max_size=2, unique_by=lambda one: one.name).map(tuple)
    return st.builds(
        Entry,
        listing_id=st.just(LAMP),
        pin=st.sampled_from([""] * 12 + [*VERSIONS]),
        ceiling=st.sampled_from([""] * 5 + [*VERSIONS]),
        takes_beta=st.sampled_from([None, True, False]),
        presets=kept,
        audience=st.sampled_from(range(3)).flatmap(
            lambda one: AUDIENCES if one == 0 else st.just(Audience())
        ),
    )


def overlays(owner: UUID, mark: str = "") -> st.SearchStrategy[Overlay]:
    """Give overlays of one provider; what nobody below may read carries the mark."""
    entry = entries(mark).map(lambda one: {LAMP: one})
    private = listings(owner).map(lambda one: {LAMP: one})
    bundles = st.lists(
        st.builds(
            Bundle,
            key=st.text("abc", min_size=1, max_size=2),
            title=st.sampled_from(["Both", "One"]),
            members=st.just(frozenset({LAMP})),
            audience=AUDIENCES,
        ),
        max_size=3,
        unique_by=lambda one: one.key,
    )
    return st.builds(
        Overlay,
        owner=st.just(owner),
        unmatched=st.sampled_from([Effect.ALLOW] * 5 + [Effect.REFUSE]),
        rules=st.lists(rules(mark), max_size=2, unique_by=lambda one: one.key).map(tuple),
        entries=st.just({}) | entry,
        bundles=bundles.map(tuple),
        private=st.just({}) | private,
    )


CUSTOMERS = st.builds(
    Customer,
    id=st.sampled_from([ANNA, BERT, CSP, RESELLER]),
    above=st.sampled_from([frozenset[UUID](), frozenset({RESELLER})]),
    plans=st.frozensets(st.sampled_from([BASIC, LARGE]), max_size=1),
    plan_name=st.just("Basic"),
    plan_blocks=st.sampled_from([None, None, None, ("acme.*",), ("bauble.*",)]),
)


@st.composite
def trees(draw: st.DrawFn, mark: str = "") -> Tree:
    """Give a CSP with up to two resellers below each other, and two CSPs that are strangers."""
    path = (CSP, RESELLER, BELOW)[: draw(st.integers(1, 3))]
    kept = {one: draw(overlays(one, mark)) for one in (CSP, RESELLER)}
    kept[BELOW] = draw(overlays(BELOW))
    public = draw(listings().map(lambda one: {LAMP: one}))
    public = public if draw(st.integers(0, 5)) else {}
    return Tree(public=public, overlays=kept, path=path)
