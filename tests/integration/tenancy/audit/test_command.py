"""`garland audit verify`: every chain read, the first break of each named, and the exit code."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session, sessionmaker

from garland.audit_cli import audit
from kernel.secrets import new_key
from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer
from tests.integration.tenancy.audit.conftest import Noter
from tests.support.audit import with_triggers_dropped

Sessions = sessionmaker[Session]


@pytest.fixture
def two(
    sessions: Sessions, noting: Noter, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> list[OrganisationView]:
    for name, value in {
        "GARLAND_DATABASE_URL": database_url,
        "GARLAND_SECRET_KEY": "a secret of tests",
        "GARLAND_ENCRYPTION_KEYS": new_key(),
    }.items():
        monkeypatch.setenv(name, value)
    with sessions.begin() as session:
        two = [make_customer(session, "Acme"), make_customer(session, "Other")]
    for one in two:
        noting(one.id)
        noting(one.id)
    return two


@pytest.mark.usefixtures("two")
def test_all_are_whole() -> None:
    answer = CliRunner().invoke(audit, ["verify"])

    assert answer.exit_code == 0, answer.output
    assert "are whole." in answer.output


def test_each_that_is_broken_is_named_with_its_first_break(
    sessions: Sessions, two: list[OrganisationView]
) -> None:
    with_triggers_dropped(sessions, "DELETE FROM audit_entry WHERE number = 1")

    text = CliRunner().invoke(audit, ["verify"])
    lines = CliRunner().invoke(audit, ["verify", "--json", "--organisation", two[0].slug])

    assert text.exit_code == lines.exit_code == 1
    for one in two:
        assert f"BROKEN  {one.slug}: entry 1 is missing" in text.output
    [said] = [json.loads(line) for line in lines.output.splitlines()]
    assert (said["organisation"], said["broken_at"]) == (two[0].slug, 1)


@pytest.mark.usefixtures("two")
def test_an_organisation_that_is_not_there_is_named() -> None:
    answer = CliRunner().invoke(audit, ["verify", "--organisation", "nobody"])

    assert answer.exit_code == 1
    assert "nobody" in answer.output
