"""A mirrored marketplace: found and installed as any, kept as it is there, and never older."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.offering import upload
from blocks.installs.recalling import RecalledError
from blocks.packages.signing import NotTrustedError
from blocks.packages.trusted import INDEX_LIFE, add_publisher, found_trust
from kernel.errors import ConflictError, NotFoundError
from marketplace.advisories.store import Writer, all_advisories, publish, withdraw
from marketplace.mirror._tables import MarketMirrorSource
from marketplace.mirror.layout import MirrorError
from marketplace.mirror.origin import origin_of
from marketplace.recalls.store import Wish, recall
from marketplace.releases._tables import MarketRelease
from marketplace.releases.keeping import Words, change_listing
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import public_releases
from marketplace.search.store import get_entry
from tenancy.scope import as_tenant
from tests.factories.market import install
from tests.factories.mirror import acting_for, export, fingerprint, import_, make_listed
from tests.factories.packages import OTHER_KEY
from tests.factories.releases import ANNA, make_integrator, make_publisher, make_vendor
from tests.factories.tenancy import NOON, make_customer


def count(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        releases = session.scalar(select(func.count(MarketRelease.id))) or 0
        return releases + (session.scalar(select(func.count(MarketMirrorSource.id))) or 0)


def test_what_is_mirrored_is_found_and_installed_and_says_where_it_comes_from(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    taken = import_(here, folder, trust=fingerprint(there))

    with here.begin() as session:
        [release] = public_releases(session, "acme.say")
        entry, origin = get_entry(session, "acme.say"), origin_of(session, "acme.say")
        customer = make_customer(session)
        install(session, customer.id, release.digest)
    assert taken.lines == ("acme.say: new, Say a word", "acme.say 1.0.0: new, listed")
    assert entry is not None
    assert entry.publisher_name == "Acme"
    assert origin is not None
    assert (origin.name, origin.serial) == ("The main one", 1)


def test_looking_changes_nothing_and_the_same_again_is_no_news(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    trust = fingerprint(there)
    looked = import_(here, folder, trust=trust, check=True)
    assert (len(looked.lines), count(here)) == (2, 0)

    import_(here, folder, trust=trust)
    assert import_(here, folder).lines == ()


def test_a_root_is_taken_on_somebodys_word_alone(here: sessionmaker[Session], folder: Path) -> None:
    for word in ("", "0" * 64):
        with pytest.raises(NotTrustedError) as refused:
            import_(here, folder, trust=word)
        assert refused.value.code == "root.unknown"
    assert count(here) == 0


def test_an_older_index_is_refused(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path, tmp_path: Path
) -> None:
    with there.begin() as session:
        make_listed(session, version="1.1.0")
    export(there, tmp_path / "newer")
    import_(here, tmp_path / "newer", trust=fingerprint(there))

    with pytest.raises(NotTrustedError) as refused:
        import_(here, folder)
    assert refused.value.code == "index.old"
    with here() as session:
        assert len(public_releases(session, "acme.say")) == 2


def test_an_older_export_under_the_same_index_is_refused(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path, tmp_path: Path
) -> None:
    said = Words(title="Say it loud", summary="Louder.", support="help@acme.example")
    with there.begin() as session:
        [release] = public_releases(session, "acme.say")
        with as_tenant(session, release.owner_id):
            change_listing(session, release.owner_id, "acme.say", said, by=ANNA, now=NOON)
    export(there, tmp_path / "newer")
    import_(here, tmp_path / "newer", trust=fingerprint(there))

    with pytest.raises(MirrorError) as refused:
        import_(here, folder)
    assert refused.value.code == "mirror.old"


def test_an_index_that_ended_is_refused_and_vouches_for_nothing_new(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    late = NOON + INDEX_LIFE + timedelta(days=1)
    with pytest.raises(NotTrustedError) as refused:
        import_(here, folder, trust=fingerprint(there), now=late)
    assert refused.value.code == "index.expired"


def test_namespaces_of_both_are_refused_by_name(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    with here.begin() as session:
        found_trust(session, OTHER_KEY, now=NOON)
        make_publisher(session, make_integrator(session, "Other"), "acme", key=OTHER_KEY)

    with pytest.raises(MirrorError, match="others there: acme") as refused:
        import_(here, folder, trust=fingerprint(there))
    assert refused.value.code == "mirror.collision"


def test_a_key_that_the_own_index_believes_under_a_mirrored_name_is_a_collision(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    with here.begin() as session:
        found_trust(session, OTHER_KEY, now=NOON)
        add_publisher(session, OTHER_KEY, "acme", OTHER_KEY.public_key(), now=NOON)

    with pytest.raises(MirrorError, match="others there: acme"):
        import_(here, folder, trust=fingerprint(there))


def test_releases_of_here_stand_beside_those_of_there(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    with here.begin() as session:
        mine = make_listed(session, root=OTHER_KEY, key=OTHER_KEY, namespace="lake")
    import_(here, folder, trust=fingerprint(there))

    with here.begin() as session:
        [mirrored] = public_releases(session, "acme.say")
        customer = make_customer(session)
        install(session, customer.id, mirrored.digest)
        assert origin_of(session, mine.listing_id) is None
        assert public_releases(session, "lake.say") == [mine]


def test_nobody_here_changes_what_is_mirrored_or_takes_its_namespace(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    import_(here, folder, trust=fingerprint(there))

    with here.begin() as session:
        one = make_integrator(session, "Mallory")
        said = Words(title="Mine", summary="Mine.", support="help@mallory.example")
        with pytest.raises(NotFoundError):
            change_listing(session, one.id, "acme.say", said, by=ANNA, now=NOON)
        with pytest.raises(ConflictError, match="is taken"):
            make_publisher(session, one, "acme")


def test_what_was_recalled_there_is_recalled_here(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    import_(here, folder, trust=fingerprint(there))
    with there.begin() as session:
        [release] = public_releases(session, "acme.say")
        vendor = make_vendor(session)
        with as_tenant(session, vendor.id):
            _keep_here(session, release.digest)
            recall(session, acting_for(vendor), release.digest, Wish("It leaks."), now=NOON)
    export(there, folder)
    import_(here, folder)

    with here.begin() as session:
        [found] = public_releases(session, "acme.say")
        customer = make_customer(session)
        with pytest.raises(RecalledError, match="It leaks"):
            install(session, customer.id, found.digest)
        assert found.state is ReleaseState.RECALLED
        assert get_entry(session, "acme.say") is None


def _keep_here(session: Session, digest: str) -> None:
    """Let the package be one that somebody brought, as recalling it takes."""
    row = session.scalars(select(MarketRelease).where(MarketRelease.digest == digest)).one()
    upload(session, make_vendor(session).id, row.archive, by="Vera", now=NOON)


def test_advisories_go_along_and_stay_as_they_are_there(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path
) -> None:
    said = {"severity": "low", "title": "Too loud", "text": "It is loud.", "affected": "*"}
    with there.begin() as session:
        vendor = make_vendor(session)
        who = Writer(tenant_id=vendor.id, is_vendor=True, actor=ANNA)
        with as_tenant(session, vendor.id):
            made = publish(session, who, "acme.say", said, now=NOON)
    export(there, folder)
    import_(here, folder, trust=fingerprint(there))

    with here.begin() as session:
        mine = Writer(tenant_id=make_vendor(session).id, is_vendor=True, actor=ANNA)
        assert [one.document() for one in all_advisories(session)] == [made.document()]
        with pytest.raises(NotFoundError):
            withdraw(session, mine, made.advisory_id, "No.", now=NOON)
