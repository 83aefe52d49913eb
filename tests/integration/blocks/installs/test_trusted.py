"""Signatures decide: what is vouched for is installed, what was revoked is withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from blocks.installs import offering, store
from blocks.installs.model import InstallView
from blocks.installs.recalling import withdraw_from
from blocks.installs.revoking import Withdrawing, withdraw_revoked
from blocks.packages.package import read_package, sign_package
from blocks.packages.signing import NotTrustedError, key_id
from blocks.packages.trusted import (
    add_publisher,
    add_release,
    found_trust,
    revoke_key,
    revoke_package,
)
from blocks.registry import Standing
from runtime.runs.not_started import NotStartedError
from tests.factories.installs import make_package
from tests.factories.packages import KEY, OTHER_KEY, ROOT_KEY
from tests.integration.blocks.installs.test_installing import STEP, WHO
from tests.integration.runtime.engine.bench import Bench

NOW = WHO["now"]


def trust(session: Session) -> bytes:
    """Found a trust that knows acme's key and its first release."""
    found_trust(session, ROOT_KEY, now=NOW)
    add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOW)
    signed = sign_package(make_package(), KEY)
    add_release(session, ROOT_KEY, read_package(signed), now=NOW)
    return signed


def install_signed(bench: Bench) -> InstallView:
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = offering.upload(*where, trust(session), **WHO)
        return store.install(*where, found.digest, consents=True, **WHO)


def test_what_its_publisher_signed_is_installed_and_not_in_development(bench: Bench) -> None:
    assert install_signed(bench).state is Standing.INSTALLED


def test_a_signature_of_a_strangers_key_is_refused(bench: Bench) -> None:
    with bench.writing() as session:
        trust(session)
        package = sign_package(make_package(version="1.0.1"), OTHER_KEY)
        with pytest.raises(NotTrustedError):
            offering.upload(session, bench.tenant_id, package, **WHO)


def test_a_revoked_package_is_withdrawn_and_stops_runs_new_and_old(bench: Bench) -> None:
    made = install_signed(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    under_way = bench.start(flow)

    with bench.writing() as session:
        revoke_package(session, ROOT_KEY, made.digest, reason="It leaks", now=NOW)
        assert withdraw_revoked(session, now=NOW) == 1
    bench.go()

    assert (bench.view(under_way).error or {})["code"] == "block.withdrawn"
    with pytest.raises(NotStartedError, match="withdrawn"):
        bench.start(flow)


def test_what_was_withdrawn_and_lets_runs_finish_stops_them_once_it_is_revoked(
    bench: Bench,
) -> None:
    made = install_signed(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    under_way = bench.start(flow)
    with bench.writing() as session:
        withdraw_from(session, [bench.tenant_id], made.digest, reason="Recalled", lets_finish=True)
        revoke_package(session, ROOT_KEY, made.digest, reason="It leaks", now=NOW)
        withdraw_revoked(session, now=NOW)
    bench.go()

    assert (bench.view(under_way).error or {})["code"] == "block.withdrawn"


def test_nothing_is_withdrawn_where_nothing_was_revoked(bench: Bench) -> None:
    install_signed(bench)

    with bench.writing() as session:
        assert withdraw_revoked(session, now=NOW) == 0


def test_a_revoked_package_is_refused_without_its_signature_too(bench: Bench) -> None:
    with bench.writing() as session:
        digest = read_package(trust(session)).digest
        revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOW)
        with pytest.raises(NotTrustedError) as caught:
            offering.upload(session, bench.tenant_id, make_package(), **WHO)

    assert caught.value.code == "package.revoked"


def test_what_was_in_development_is_withdrawn_with_the_package_it_is_of(bench: Bench) -> None:
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        digest = read_package(trust(session)).digest
        offering.upload(*where, make_package(), **WHO)
        made = store.install(*where, digest, consents=True, **WHO)
        revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOW)
        withdraw_revoked(session, now=NOW)
        found = store.get_install(*where, made.id)

    assert found.state is Standing.WITHDRAWN


def test_news_stay_news_until_they_were_dealt_with(bench: Bench) -> None:
    withdrawing = Withdrawing()
    with bench.writing() as session:
        assert withdrawing.news(session, now=NOW) is None
        trust(session)
        serial = withdrawing.news(session, now=NOW)
        again = withdrawing.news(session, now=NOW)
        assert serial is not None
        withdrawing.is_done(serial)

        assert (again, withdrawing.news(session, now=NOW)) == (serial, None)


def take_back_package(session: Session) -> None:
    digest = read_package(make_package()).digest
    revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOW)


def take_back_key(session: Session) -> None:
    revoke_key(session, ROOT_KEY, key_id(KEY.public_key()), since=NOW, now=NOW)


@pytest.mark.parametrize("take_back", [take_back_package, take_back_key])
def test_what_was_revoked_is_not_waiting_to_be_installed(
    bench: Bench, take_back: Callable[[Session], None]
) -> None:
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        offering.upload(*where, trust(session), **WHO)
        before = [one.manifest.id for one in offering.waiting(*where, now=NOW)]
        take_back(session)

        assert (before, offering.waiting(*where, now=NOW)) == (["acme.say"], [])
