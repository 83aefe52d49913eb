"""And back: releases of an installation that is cut off, handed in as any."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.mirror.exporting import Wish as ExportWish
from marketplace.mirror.importing import Taken, Wish
from marketplace.mirror.layout import MirrorError
from marketplace.mirror.own import export_own, import_own
from marketplace.releases.publishers import decide_claim, get_own
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import find_release, public_releases
from runtime.moving.receiving import snapshot
from tenancy.organisations import OrganisationView
from tests.factories.mirror import VERA, fingerprint, import_, make_listed, reading
from tests.factories.packages import OTHER_KEY
from tests.factories.releases import make_integrator, make_vendor
from tests.factories.tenancy import NOON


@pytest.fixture
def handed(
    here: sessionmaker[Session], there: sessionmaker[Session], folder: Path, tmp_path: Path
) -> Path:
    """What an installation that mirrors the other one hands in of its own."""
    with here.begin() as session:
        make_listed(session, root=OTHER_KEY, key=OTHER_KEY, namespace="lake")
    import_(here, folder, trust=fingerprint(there))
    wish = ExportWish(source="The ship", key=OTHER_KEY)
    with snapshot(reading(here)) as session:
        export_own(session, tmp_path / "own", wish)
    return tmp_path / "own"


@pytest.fixture
def lake(there: sessionmaker[Session]) -> OrganisationView:
    with there.begin() as session:
        return make_integrator(session, "Lake")


def hand_in(
    there: sessionmaker[Session], lake: OrganisationView, folder: Path, *, check: bool = False
) -> Taken:
    return import_own(there, lake, folder, Wish(check=check), by=VERA, now=NOON)


def test_it_holds_what_is_published_there_and_not_what_is_mirrored(handed: Path) -> None:
    assert [one.name for one in (handed / "listings").iterdir()] == ["lake.say.json"]
    assert len(list((handed / "packages").iterdir())) == 1


def test_a_namespace_is_claimed_first_and_then_its_releases_are_checked_as_any(
    there: sessionmaker[Session], handed: Path, lake: OrganisationView
) -> None:
    first = hand_in(there, lake, handed)
    with there.begin() as session:
        claimed = get_own(session, lake.id, "lake")
        assert find_release(session, "lake.say", "1.0.0") is None
        decide_claim(session, make_vendor(session).id, "lake", "", by=VERA, now=NOON)
    then = hand_in(there, lake, handed)

    with there() as session:
        found = find_release(session, "lake.say", "1.0.0")
        assert public_releases(session, "lake.say") == []
    assert first.lines == ("lake: claimed; import again once the vendor verified it",)
    assert first.fingerprint in claimed.proof
    assert then.lines == ("lake.say 1.0.0: submitted",)
    assert found is not None
    assert (found.state, found.owner_id) == (ReleaseState.CHECKING, lake.id)


def test_looking_claims_nothing(
    there: sessionmaker[Session], handed: Path, lake: OrganisationView
) -> None:
    assert len(hand_in(there, lake, handed, check=True).lines) == 1
    assert len(hand_in(there, lake, handed, check=True).lines) == 1
    assert hand_in(there, lake, handed).lines[0].startswith("lake: claimed")


def test_anothers_namespace_is_refused_by_name(
    there: sessionmaker[Session], handed: Path, lake: OrganisationView
) -> None:
    hand_in(there, lake, handed)
    with there.begin() as session:
        other = make_integrator(session, "Other")

    with pytest.raises(MirrorError, match="lake is another's"):
        hand_in(there, other, handed)


def test_a_folder_is_taken_for_what_it_is_for_alone(
    there: sessionmaker[Session], handed: Path, folder: Path, lake: OrganisationView
) -> None:
    with pytest.raises(MirrorError, match="import it with --for"):
        import_(there, handed)
    with pytest.raises(MirrorError, match="import it without --for"):
        hand_in(there, lake, folder)
