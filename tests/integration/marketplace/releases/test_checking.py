"""The checks of a release: each finds what it is for, says what to do, and all are kept."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.authoring.running import AS_HERE, Bounds
from garland import release_checks
from garland.settings import Settings
from kernel.clock import utc_now
from marketplace.releases._tables import MarketRelease, Outcome
from marketplace.releases.checking import (
    LEASE_S,
    LeftError,
    check_next_release,
    claim_release,
    end_checks,
    has_release_to_check,
    note_check,
)
from marketplace.releases.checks import of_blocks
from marketplace.releases.checks.pipeline import CHECKS
from marketplace.releases.checks.subject import Found
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import CheckView, ReleaseView, checks_of, get_own
from tenancy.scope import system
from tests.factories.packages import OTHER_KEY
from tests.factories.releases import (
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_signed,
    pass_checks,
)
from tests.factories.tenancy import NOON

FAILS = Found(outcome=Outcome.FAILED, words="It is not well.")
ASKS = [{"name": "http", "reason": "to ask", "hosts": ["acme.example"]}]


def checked(
    sessions: sessionmaker[Session],
    data: bytes,
    *,
    after: bytes = b"",
    bounds: Bounds = AS_HERE,
) -> tuple[ReleaseView, dict[str, CheckView]]:
    """Submit a package, after another where there is one, and check it."""
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        if after:
            approve(session, pass_checks(session, make_release(session, acme, data=after)))
        release = make_release(session, acme, data=data)
    assert check_next_release(sessions, bounds)
    with sessions() as session, system(session):
        found = {one.name: one for one in checks_of(session, release.id)}
        return get_own(session, acme.id, release.id), found


def test_what_is_good_passes_every_check_and_goes_to_review(
    sessions: sessionmaker[Session],
) -> None:
    release, found = checked(sessions, make_signed())

    assert [one for one in found.values() if one.outcome is not Outcome.PASSED] == []
    assert list(found) == [one.name for one in CHECKS]
    assert (release.state, release.level) == (ReleaseState.IN_REVIEW, "bronze")


@pytest.mark.parametrize(
    ("said", "check"),
    [
        pytest.param({"key": OTHER_KEY}, "signature", id="another key"),
        pytest.param({"permissions": ASKS}, "capabilities", id="it asks for what it does not use"),
        pytest.param({"examples": []}, "examples", id="no example"),
        pytest.param(
            {"code": "def run(ctx):\n    return ctx.emit('done', {'text': 'ho'})\n"},
            "examples",
            id="an example that comes out otherwise",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_a_remedy(
    sessions: sessionmaker[Session], said: dict[str, Any], check: str
) -> None:
    release, found = checked(sessions, make_signed(**said))

    assert release.state is ReleaseState.REFUSED
    assert found[check].outcome is Outcome.FAILED
    assert found[check].words
    assert found[check].remedy


def test_code_that_nobody_answers_for_is_not_run(sessions: sessionmaker[Session]) -> None:
    _, found = checked(sessions, make_signed(key=OTHER_KEY))

    assert found["examples"].outcome is Outcome.SKIPPED
    assert "Signature" in found["examples"].words


def test_where_the_operator_lets_no_code_of_others_run_none_runs_and_nobody_is_blamed(
    sessions: sessionmaker[Session],
) -> None:
    release, found = checked(sessions, make_signed(), bounds=Bounds(level="0"))

    assert found["examples"].outcome is Outcome.SKIPPED
    assert "could not be tried here" in found["examples"].words
    assert release.state is ReleaseState.IN_REVIEW


def test_the_process_keeps_code_in_as_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Bounds] = []
    monkeypatch.setattr(
        release_checks, "check_next_release", lambda _, bounds, **__: asked.append(bounds)
    )
    settings = Settings(
        data_dir=tmp_path, sandbox_level="2", sandbox_cgroup="/sys/fs/cgroup/blocks"
    )

    release_checks.main(settings)

    assert asked == [Bounds(level="2", groups=(Path("/sys/fs/cgroup/blocks"),))]


def test_a_block_that_sleeps_is_ended_and_the_rest_of_its_examples_with_it(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_blocks, "EXAMPLE_S", 1.0)
    monkeypatch.setattr(of_blocks, "EXAMPLES_S", 1.5)
    sleeps = "import time\n\n\ndef run(ctx):\n    time.sleep(3600)\n"
    example = {"config": {"word": "hi"}, "expect": {"port": "done"}}
    examples = [{"title": f"Sleep {one}", **example} for one in range(3)]

    release, found = checked(
        sessions,
        make_signed(
            code=sleeps, examples=examples, behaviour={"effects": "none", "timeout_s": 3600}
        ),
    )

    assert release.state is ReleaseState.REFUSED
    assert found["examples"].outcome is Outcome.FAILED
    told = [message for _, message in found["examples"].findings]
    assert all("block.timeout" in one for one in told)
    assert "What ran before it" in told[-1]


def test_a_break_asks_for_a_higher_version(sessions: sessionmaker[Session]) -> None:
    narrower = make_signed(version="1.0.1", behaviour={"effects": "read"})

    release, found = checked(sessions, narrower, after=make_signed())

    assert release.state is ReleaseState.REFUSED
    assert "2.0.0" in found["compatibility"].remedy


def test_a_version_that_grew_enough_passes(sessions: sessionmaker[Session]) -> None:
    release, found = checked(sessions, make_signed(version="1.0.1"), after=make_signed())

    assert found["compatibility"].outcome is Outcome.PASSED
    assert release.state is ReleaseState.IN_REVIEW


def test_checks_that_a_killed_process_left_are_done_by_the_next_but_not_for_ever(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        release = make_release(session, acme)
        for tried in range(3):
            later = NOON + timedelta(seconds=tried * (LEASE_S + 1))
            assert claim_release(session, now=later) is not None
            assert not has_release_to_check(session, now=later)

        assert claim_release(session, now=NOON + timedelta(seconds=3 * (LEASE_S + 1))) is None
        found = get_own(session, acme.id, release.id)

    assert (found.state, "died" in found.state_reason) == (ReleaseState.REFUSED, True)


def test_a_process_whose_turn_is_over_writes_nothing_any_more(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        release = make_release(session, acme)
        late = claim_release(session, now=NOON)
        next_one = claim_release(session, now=NOON + timedelta(seconds=LEASE_S + 1))
        assert late is not None
        assert next_one is not None

        with pytest.raises(LeftError):
            note_check(session, late.hold, "size", FAILS, now=NOON)
        with pytest.raises(LeftError):
            end_checks(session, late.hold, now=NOON)

        assert FAILS.words not in [one.words for one in checks_of(session, release.id)]
        assert get_own(session, acme.id, release.id).state is ReleaseState.CHECKING


def test_a_release_goes_to_review_only_once_every_check_is_done(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        release = make_release(session, acme)
        given = claim_release(session, now=NOON)
        assert given is not None
        note_check(session, given.hold, "size", replace(FAILS, outcome=Outcome.PASSED), now=NOON)

        with pytest.raises(LeftError):
            end_checks(session, given.hold, now=NOON)

        assert get_own(session, acme.id, release.id).state is ReleaseState.CHECKING


def test_a_process_that_hangs_is_ended_before_its_lease(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        make_release(session, acme)
    started: list[subprocess.Popen[bytes]] = []
    begin, clock = subprocess.Popen, [0.0]

    def hang(_: object) -> subprocess.Popen[bytes]:
        started.append(begin([sys.executable, "-c", "import time; time.sleep(600)"]))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", hang)
    starter = release_checks.ReleaseCheckStarter(sessions, clock=lambda: clock[0])
    try:
        starter.look()
        clock[0] = release_checks.PROCESS_S - 1
        starter.look()
        assert [one.poll() for one in started] == [None]

        clock[0] = release_checks.PROCESS_S
        starter.look()
        assert [one.poll() for one in started] == [-signal.SIGKILL, None]
        assert release_checks.PROCESS_S < LEASE_S
    finally:
        for one in started:
            one.kill()
            one.wait()


def test_a_process_that_is_to_stop_leaves_the_release_to_the_next(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        release = make_release(session, acme)

    check_next_release(sessions, Bounds(), goes_on=lambda: False)

    with sessions.begin() as session, system(session):
        session.get_one(MarketRelease, release.id).claimed_until = NOON
        assert has_release_to_check(session, now=utc_now())
        assert get_own(session, acme.id, release.id).state is ReleaseState.CHECKING
