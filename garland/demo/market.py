"""The marketplace of the demo: what Baubleworks publishes, and how Northwind offers it.

Everything is done as people do it: packages are signed, checked in the sandbox, approved by two
reviewers, listed in the index. One release is left for reviewers to look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from blocks.authoring.running import Bounds
from blocks.packages import trusted
from blocks.packages.keys import KeyFileError, make_key_file, read_key_file
from blocks.packages.package import pack_folder, read_package, sign_package
from blocks.packages.trust import encode_key
from blocks.sandbox.groups import read_groups
from garland.demo.plans import keeper_of
from garland.services import Services
from garland.trust import root_key_file
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from marketplace.catalogue.curating import set_offer
from marketplace.money.agreements import set_share
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.pricing import set_price
from marketplace.releases import reviewing
from marketplace.releases._tables import Verdict
from marketplace.releases.checking import check_next_release
from marketplace.releases.claims import Claim
from marketplace.releases.publishers import add_key, claim_namespace, decide_claim
from marketplace.releases.reviewing import Decision, decide
from marketplace.releases.states import ReleaseState
from marketplace.releases.submitting import Submission, submit
from marketplace.releases.verdicts import CHECKLIST
from tenancy.audit.trail import Actor
from tenancy.organisations import find_by_slug
from tenancy.people import find_by_email
from tenancy.scope import system

log = structlog.get_logger(__name__)

NAMESPACE = "bauble"
BLOCKS = Path(__file__).parent / "blocks"
LISTED = ("optical-budget", "sla-credit", "status-page")
WAITING = "battery-time"
PUBLISHER = "ida@baubleworks.example"
REVIEWERS = ("vera@vendor.example", "vito@vendor.example")
APPROVED = Decision(verdict=Verdict.APPROVE, checklist=tuple(CHECKLIST))
CLAIM = Claim(
    namespace=NAMESPACE,
    title="Baubleworks",
    support="help@baubleworks.example",
    proof="baubleworks.example is ours, as its TXT record says.",
)
SET_BEFORE = timedelta(days=40)
"""So long ago prices were set: they hold today, and last month has some."""

SHARE_BP = 2_000
"""Of the wholesale amount, in basis points: a fifth is the vendor's."""

PRICES: Mapping[str, Mapping[str, Any]] = {
    WHOLESALE: {
        "bauble.sla-credit": {
            "kind": "per_use",
            "currency": "EUR",
            "tiers": [{"up_to": 100, "amount": 0}, {"amount": 4}],
        },
        "bauble.status-page": {"kind": "per_month", "currency": "EUR", "amount": 900},
    },
    RETAIL: {
        "bauble.sla-credit": {
            "kind": "per_use",
            "currency": "EUR",
            "tiers": [{"up_to": 50, "amount": 0}, {"amount": 7}],
        },
        "bauble.status-page": {"kind": "per_month", "currency": "EUR", "amount": 1_250},
    },
}
OFFER = {
    "title": "Northwind status page",
    "summary": "Tell who watches Northwind's status page of an incident",
    "presets": [{"name": "page", "hold": "hidden", "value": "nwf7k2m1qz"}],
}


class _People(NamedTuple):
    """Who does what on the demo's marketplace."""

    publisher: Actor
    reviewers: tuple[Actor, Actor]


def demo_market(services: Services) -> None:
    """Publish, review, price and offer the demo's blocks, where the root's key is at hand."""
    settings = services.settings
    try:
        root = read_key_file(root_key_file(settings))
    except KeyFileError as error:
        log.info("demo_market_left_out", reason=error.message)
        return
    key = make_key_file(settings.data_dir / "trust" / f"{NAMESPACE}.key")
    with services.sessions() as session, session.begin(), system(session):
        people = _people(session)
        _submit(session, people, key)
    groups = read_groups(settings.sandbox_cgroup)
    bounds = Bounds(level=settings.sandbox_level, groups=groups)
    while check_next_release(services.sessions, bounds):
        pass
    with services.sessions() as session, session.begin(), system(session):
        _review(session, people, key, root)
        _sell(session)


def _submit(session: Session, people: _People, key: Ed25519PrivateKey) -> None:
    publisher, vendor, now = _id(session, "baubleworks"), _id(session, "vendor"), utc_now()
    claim_namespace(session, publisher, CLAIM, by=people.publisher, now=now)
    decide_claim(session, vendor, NAMESPACE, "", by=people.reviewers[0], now=now)
    listed = (encode_key(key.public_key()), "The demo's key")
    add_key(session, publisher, NAMESPACE, listed, by=people.publisher, now=now)
    for name in (*LISTED, WAITING):
        data = sign_package(pack_folder(BLOCKS / name), key)
        submit(session, publisher, Submission(data=data), by=people.publisher, now=now)


def _review(
    session: Session, people: _People, key: Ed25519PrivateKey, root: Ed25519PrivateKey
) -> None:
    """Approve what passed its checks, and list it; what did not is left as it is."""
    vendor, now = _id(session, "vendor"), utc_now()
    trusted.add_publisher(session, root, NAMESPACE, key.public_key(), now=now)
    for release in reviewing.list_queue(session, limit=len(LISTED) + 1):
        if release.state is not ReleaseState.IN_REVIEW:
            continue
        is_left = release.listing_id == f"{NAMESPACE}.{WAITING}"
        for reviewer in people.reviewers[:1] if is_left else people.reviewers:
            decide(session, vendor, release.id, APPROVED, by=reviewer, now=now)
        if not is_left:
            package = read_package(reviewing.package_of(session, release.id))
            trusted.add_release(session, root, package, now=now)
            reviewing.list_publicly(session, vendor, release.id, by=people.reviewers[1], now=now)


def _sell(session: Session) -> None:
    now, before = utc_now(), utc_now() - SET_BEFORE
    vendor = keeper_of(session, _id(session, "vendor"))
    set_share(session, vendor, None, SHARE_BP, valid_from=None, now=before)
    for slug, hop in (("baubleworks", WHOLESALE), ("northwind", RETAIL)):
        seller = keeper_of(session, _id(session, slug))
        for listing_id, price in PRICES[hop].items():
            set_price(session, seller, listing_id, price, hop=hop, valid_from=None, now=before)
    northwind = keeper_of(session, _id(session, "northwind"))
    set_offer(session, northwind, f"{NAMESPACE}.status-page", OFFER, now=now)


def _people(session: Session) -> _People:
    first, second = (_actor(session, one) for one in REVIEWERS)
    return _People(publisher=_actor(session, PUBLISHER), reviewers=(first, second))


def _actor(session: Session, email: str) -> Actor:
    person = find_by_email(session, email)
    if person is None:
        raise NotFoundError(f"nobody of the demo has the address {email}")
    return Actor(name=person.name, id=person.id)


def _id(session: Session, slug: str) -> UUID:
    found = find_by_slug(session, slug)
    if found is None:
        raise NotFoundError(f"the demo has no organisation {slug}")
    return found.id
