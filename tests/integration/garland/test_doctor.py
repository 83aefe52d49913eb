"""`garland doctor` on a right installation and on wrong ones."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from garland import doctor, redis_server
from garland.settings import Settings
from kernel.secrets import new_key
from tests.factories.packs import make_entry, make_pack


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        redis_url=redis_server.server_url(tmp_path),
        secret_key="a secret of tests",
        encryption_keys=new_key(),
    )


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[None]:
    process = subprocess.Popen(redis_server.prepare_server(tmp_path))
    ends = time.monotonic() + 5
    while not redis_server.is_answering(redis_server.socket_path(tmp_path)):
        assert time.monotonic() < ends
        time.sleep(0.02)
    yield
    process.kill()
    process.wait()


@pytest.mark.usefixtures("redis")
def test_nothing_is_wrong_with_a_right_installation(settings: Settings) -> None:
    findings = doctor.examine(settings)

    assert [finding for finding in findings if not finding.ok] == []
    assert "clock: +0.0 s at Redis" in doctor.as_text(findings).replace("-0.0", "+0.0")


def test_a_missing_redis_is_named_with_its_remedy(settings: Settings) -> None:
    (wrong,) = [finding for finding in doctor.examine(settings) if not finding.ok]

    assert wrong.name == "Redis"
    assert "garland up" in wrong.remedy


@pytest.mark.usefixtures("redis")
def test_a_database_that_was_never_migrated_is_named(settings: Settings, tmp_path: Path) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"})

    (wrong,) = [finding for finding in doctor.examine(empty) if not finding.ok]

    assert (wrong.name, wrong.remedy) == ("migrations", "Run `garland db upgrade`.")


def test_a_database_that_does_not_answer_is_named(settings: Settings) -> None:
    gone = settings.model_copy(
        update={"database_url": "postgresql+psycopg://garland@127.0.0.1:1/garland"}
    )

    document = json.loads(doctor.as_document(doctor.examine(gone)))

    assert {each["name"] for each in document if not each["ok"]} == {
        "database",
        "migrations",
        "Redis",
    }


@pytest.mark.usefixtures("redis")
def test_a_pack_that_is_not_used_is_named_with_what_is_wrong(
    settings: Settings, tmp_path: Path
) -> None:
    make_pack(tmp_path / "packs", "good")
    make_pack(tmp_path / "packs", "worse", traps={"x.json": make_entry(severity="loud")})

    (wrong,) = [finding for finding in doctor.examine(settings) if not finding.ok]

    told = "not used: worse: traps/x.json, entry 1 (fanFailed): severity "
    assert wrong.message.startswith(told)
    assert "garland pack check" in wrong.remedy


@pytest.mark.usefixtures("redis")
def test_it_is_told_whether_devices_can_be_reached_by_ssh(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)  # as where the extra is not installed

    (found,) = [finding for finding in doctor.examine(settings) if finding.name == "SSH"]

    assert found.ok
    assert "pip install garland[ssh]" in found.message
