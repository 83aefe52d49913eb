"""A namespace with a key, a listing and a release on its way, for who asks for another's."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from blocks.packages.signing import key_id
from marketplace.advisories._tables import MarketAdvisory, Severity
from marketplace.pictures.store import add_picture
from tenancy.organisations import OrganisationView
from tests.factories.pictures import make_picture
from tests.factories.releases import ANNA, make_publisher, make_release, make_signed
from tests.factories.tenancy import NOON


def published(session: Session, organisation: OrganisationView, word: str) -> dict[str, str]:
    """Make one of each, with the organisation's word, and give the ids."""
    namespace, key = word.lower(), Ed25519PrivateKey.generate()
    make_publisher(session, organisation, namespace, key=key)
    data = make_signed(key=key, id=f"{namespace}.say", publisher=namespace, title=f"{word} says")
    release = make_release(session, organisation, data=data)
    shown = (make_picture(), f"{word} shows")
    picture = add_picture(session, organisation.id, release.listing_id, shown, by=ANNA, now=NOON)
    advisory = MarketAdvisory(advisory_id=f"{namespace}-2026-00000000", owner_id=organisation.id)
    advisory.listing_id, advisory.severity = release.listing_id, Severity.LOW
    advisory.title = advisory.text = advisory.written_by = word
    advisory.affected, advisory.references = "*", []
    advisory.published_at = advisory.changed_at = NOON
    session.add(advisory)
    session.flush()
    return {
        "advisory": advisory.advisory_id,
        "namespace": namespace,
        "publisher_key": key_id(key.public_key()),
        "release": str(release.id),
        "listing_draft": release.listing_id,
        "picture": str(picture.id),
    }
