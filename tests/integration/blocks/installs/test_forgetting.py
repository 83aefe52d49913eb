"""What nobody installed is let go: a package, and what was unpacked of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from blocks.installs import offering, store
from blocks.installs._tables import BlockPackage
from blocks.installs.cache import unpacked
from blocks.installs.forgetting import KEPT_FOR, forget_folders, forget_packages
from runtime.limits.book import LimitsBook
from runtime.packs.store import goes_back_to
from runtime.retention.clearing import Clearing
from tenancy.scope import system
from tests.factories.installs import make_package
from tests.factories.tenancy import NOON
from tests.integration.runtime.engine.bench import Bench


def bring(
    bench: Bench, *, version: str = "1.0.0", installs: bool = False, now: datetime = NOON
) -> str:
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = offering.upload(*where, make_package(version=version), by="ada", now=now)
        if installs:
            store.install(*where, found.digest, consents=True, by="ada", now=NOON)
    return found.digest


def kept(bench: Bench) -> list[str]:
    with bench.sessions() as session, system(session):
        return list(session.scalars(select(BlockPackage.digest)))


def forget(bench: Bench, *, after: timedelta = KEPT_FOR, most: int = 50) -> int:
    with bench.sessions.begin() as session, system(session):
        return forget_packages(session, now=NOON + after + timedelta(seconds=1), most=most)


def test_a_package_that_nobody_installed_goes_after_a_week(bench: Bench) -> None:
    bring(bench, version="1.0.1")
    used = bring(bench, installs=True)

    assert forget(bench, after=KEPT_FOR - timedelta(hours=1)) == 0
    assert forget(bench) == 1
    assert kept(bench) == [used]


def test_the_week_begins_anew_when_a_package_is_brought_again(bench: Bench) -> None:
    bring(bench)
    bring(bench, now=NOON + timedelta(days=6))

    assert forget(bench) == 0
    assert forget(bench, after=KEPT_FOR + timedelta(days=6)) == 1


def test_what_was_let_go_can_be_brought_again(bench: Bench) -> None:
    before = bring(bench)
    forget(bench)

    assert bring(bench, installs=True) == before


def test_much_goes_in_bites(bench: Bench) -> None:
    for number in range(3):
        bring(bench, version=f"1.0.{number}")

    assert [forget(bench, most=2) for _ in range(3)] == [2, 1, 0]


def test_a_round_of_retention_lets_packages_go(bench: Bench) -> None:
    bring(bench)
    clearing = Clearing(
        sessions=bench.sessions,
        goes_back=goes_back_to,
        limits=LimitsBook(limits_kept_s=0.0),
        pause=lambda _: None,
    )

    removed = clearing.round(now=NOON + KEPT_FOR + timedelta(days=1))

    assert (removed.packages, kept(bench)) == (1, [])


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_was_unpacked_goes_with_its_package(
    bench: Bench, tmp_path: Path, is_kept: bool
) -> None:
    root, digest = tmp_path / "folders", bring(bench, installs=is_kept)
    unpacked(root, digest, make_package)
    (root / "of somebody else").mkdir()
    forget(bench)

    with bench.sessions() as session, system(session):
        gone = forget_folders(session, root)

    assert gone == (0 if is_kept else 1)
    assert (root / "of somebody else").is_dir()
    assert (root / digest.removeprefix("sha256:")).is_dir() is is_kept
