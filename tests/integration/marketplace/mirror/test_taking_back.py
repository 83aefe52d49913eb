"""A mirrored root takes back what its own index lists, and nothing of anybody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall, BlockRecall
from blocks.packages import trusted
from blocks.registry import Standing
from marketplace.mirror import telling
from marketplace.mirror.layout import MirrorError
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import public_releases
from tenancy.scope import system
from tests.factories.market import install
from tests.factories.mirror import export, fingerprint, import_, make_listed
from tests.factories.packages import OTHER_KEY, ROOT_KEY
from tests.factories.tenancy import NOON, make_customer

UNHEARD_OF = "sha256:" + "a" * 64


@pytest.fixture
def mine(here: sessionmaker[Session]) -> str:
    """List a package of a publisher here, let a customer have it, and give its digest."""
    with here.begin() as session:
        made = make_listed(session, root=OTHER_KEY, key=OTHER_KEY, namespace="zeta")
        install(session, make_customer(session).id, made.digest)
    return made.digest


@pytest.fixture
def recalls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Recalls that a folder holds whatever its installation recalled."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(telling, "_recalls", lambda *_: told)
    return told


def said(digest: str) -> dict[str, Any]:
    named = {"digest": digest, "listing": "acme.say", "version": "1.0.0"}
    return {**named, "reason": "because", "lets_finish": False}


def test_a_recall_of_what_its_index_does_not_list_is_told_of_and_not_taken(
    there: sessionmaker[Session], here: sessionmaker[Session], tmp_path: Path, mine: str,
    recalls: list[dict[str, Any]],
) -> None:  # fmt: skip
    recalls += [said(mine), said(UNHEARD_OF)]
    export(there, tmp_path / "out")
    taken = import_(here, tmp_path / "out", trust=fingerprint(there))

    with here.begin() as session, system(session):
        assert [one.state for one in public_releases(session, "zeta.say")] == [ReleaseState.LISTED]
        assert session.scalars(select(BlockInstall.state)).all() == [Standing.INSTALLED]
        assert session.scalars(select(BlockRecall)).all() == []
    assert len([one for one in taken.lines if "its recall is not taken" in one]) == 2


def test_a_recall_is_told_of_before_it_is_taken_and_once(
    there: sessionmaker[Session], here: sessionmaker[Session], folder: Path,
    recalls: list[dict[str, Any]],
) -> None:  # fmt: skip
    import_(here, folder, trust=fingerprint(there))
    with there() as session:
        [release] = public_releases(session, "acme.say")
    recalls.append(said(release.digest))
    export(there, folder)

    looked = import_(here, folder, check=True)
    import_(here, folder)
    assert looked.lines == ("acme.say 1.0.0: recalled: because",)
    assert import_(here, folder).lines == ()


def test_a_package_of_a_publisher_here_is_not_taken_back_under_another_name(
    there: sessionmaker[Session], here: sessionmaker[Session], tmp_path: Path, mine: str
) -> None:
    listed = {"1.0.0": {"digest": mine, "published": "2026-01-01T00:00:00Z", "by": "acme"}}

    def claim(document: dict[str, Any]) -> None:
        document["packages"]["acme.copy"] = listed
        document["revoked_digests"][mine] = "Ours."

    with there.begin() as session:
        trusted._change(session, ROOT_KEY, claim, now=NOON)  # noqa: SLF001  no caller would
    export(there, tmp_path / "out")

    with pytest.raises(MirrorError, match=r"which is zeta\.say here") as refused:
        import_(here, tmp_path / "out", trust=fingerprint(there))
    assert refused.value.code == "mirror.other"
