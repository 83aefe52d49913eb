"""Publishers, signed packages and releases on their way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from blocks.packages.package import sign_package
from blocks.packages.trust import encode_key
from marketplace.releases._tables import MarketRelease, Outcome, Verdict
from marketplace.releases.checking import Hold, claim_release, end_checks, note_check
from marketplace.releases.checks.pipeline import CHECKS
from marketplace.releases.checks.subject import Found
from marketplace.releases.claims import Claim
from marketplace.releases.publishers import add_key, claim_namespace, decide_claim
from marketplace.releases.reviewing import Decision, decide
from marketplace.releases.states import Channel
from marketplace.releases.store import ReleaseView, get_own
from marketplace.releases.submitting import Submission, submit
from marketplace.releases.verdicts import CHECKLIST
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView, create_organisation, find_by_slug
from tests.factories.installs import make_package
from tests.factories.packages import KEY
from tests.factories.tenancy import NOON, make_member

README = (
    b"# Say a word\n\nSays the word that it is set up with, once for each run that comes by it.\n"
    * 2
)
ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M2 2h20v20z"/></svg>'
CHANGELOG = b"# Changes\n\nIt says the word louder.\n"
APPROVE = Decision(verdict=Verdict.APPROVE, checklist=tuple(CHECKLIST))
ANNA = Actor(name="Anna", id=UUID(int=1))


def make_vendor(session: Session) -> OrganisationView:
    """Give the one vendor."""
    return find_by_slug(session, "vendor") or create_organisation(
        session, kind="vendor", name="Vendor", slug="vendor"
    )


def make_integrator(session: Session, name: str = "Acme Integration") -> OrganisationView:
    """Make an integrator below the vendor."""
    vendor, slug = make_vendor(session), name.lower().replace(" ", "-")
    return create_organisation(
        session, kind="integrator", name=name, slug=slug, parent_id=vendor.id
    )


def make_publisher(
    session: Session,
    organisation: OrganisationView,
    namespace: str = "acme",
    *,
    key: Ed25519PrivateKey = KEY,
) -> None:
    """Let an organisation have a verified namespace with a key listed under it."""
    claim = Claim(
        namespace=namespace, title="Acme", support="help@acme.example", proof="acme.example is ours"
    )
    claim_namespace(session, organisation.id, claim, by=ANNA, now=NOON)
    vendor = make_vendor(session)
    decide_claim(session, vendor.id, namespace, "", by=Actor(name="Vera"), now=NOON)
    listed = (encode_key(key.public_key()), "release key")
    add_key(session, organisation.id, namespace, listed, by=ANNA, now=NOON)


def make_signed(*, key: Ed25519PrivateKey = KEY, code: str = "", **said: Any) -> bytes:
    """Give a signed package that passes every check, with what is said otherwise."""
    return sign_package(make_unsigned(code=code, **said), key)


def make_unsigned(*, code: str = "", **said: Any) -> bytes:
    """Give such a package before it is signed."""
    version = said.get("version", "1.0.0")
    if "examples" not in said:
        expected = {"port": "done", "output": {"text": f"hi {version}"}}
        said["examples"] = [{"title": "A word", "config": {"word": "hi"}, "expect": expected}]
    files = {"README.md": README, "icon.svg": ICON, "CHANGELOG.md": CHANGELOG}
    return make_package(code, files=files, **said) if code else make_package(files=files, **said)


def make_release(
    session: Session, organisation: OrganisationView, *, data: bytes = b"", **said: Any
) -> ReleaseView:
    """Submit a release."""
    channel: Channel | None = said.pop("channel", None)
    submission = Submission(data=data or make_signed(**said), channel=channel)
    return submit(session, organisation.id, submission, by=ANNA, now=NOON)


def pass_checks(session: Session, release: ReleaseView) -> ReleaseView:
    """Let every check have passed, without doing any."""
    claim_release(session, now=NOON)
    hold = Hold(release.id, session.get_one(MarketRelease, release.id).tries)
    for one in CHECKS:
        passed = Found(outcome=Outcome.PASSED, words="It is well.")
        note_check(session, hold, one.name, passed, now=NOON)
    end_checks(session, hold, now=NOON)
    return get_own(session, release.owner_id, release.id)


def make_reviewer(session: Session, name: str) -> Actor:
    """Make a reviewer of the vendor's."""
    person = make_member(session, make_vendor(session), "reviewer", name)
    return Actor(name=name, id=person.id)


def approve(session: Session, release: ReleaseView) -> ReleaseView:
    """Let two reviewers approve a release that passed its checks."""
    vendor = make_vendor(session)
    for name in ("Rita", "Ralf"):
        reviewer = make_reviewer(session, name)
        decide(session, vendor.id, release.id, APPROVE, by=reviewer, now=NOON)
    return get_own(session, release.owner_id, release.id)
