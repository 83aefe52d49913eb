"""`garland market …` between two installations on this machine, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.trusted import add_publisher, found_trust
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from marketplace.mirror._tables import MarketMirrorPackage
from marketplace.releases.store import public_releases
from tenancy.scope import guarded
from tests.factories.market import install
from tests.factories.mirror import make_listed
from tests.factories.packages import KEY, OTHER_KEY, ROOT_KEY
from tests.factories.releases import make_vendor
from tests.factories.tenancy import make_customer
from tests.support.databases import Databases, SqliteDatabases

FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass
class Installation:
    """A data folder and a database."""

    data: Path
    url: str
    sessions: sessionmaker[Session]

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command of it."""
        return self.python("-m", "garland", *map(str, words))

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python in its environment."""
        environment = {
            **os.environ,
            "GARLAND_DATA_DIR": str(self.data),
            "GARLAND_DATABASE_URL": self.url,
            "GARLAND_SECRET_KEY": "a secret of tests, long enough to be taken",
            "GARLAND_ENCRYPTION_KEYS": "A" * 43 + "=",
        }
        return subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
        )


def root_key(data: Path, key: Ed25519PrivateKey) -> None:
    (data / "trust").mkdir(parents=True)
    file = data / "trust" / "root.key"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)


@pytest.fixture
def main_one(new_database: Databases, tmp_path: Path) -> Iterator[Installation]:
    """One that lists three versions; on the database that the run is for."""
    url, now = new_database(), utc_now()
    engine = make_engine(url)
    one = Installation(tmp_path / "main", url, guarded(make_sessions(engine)))
    root_key(one.data, ROOT_KEY)
    with one.sessions.begin() as session:
        found_trust(session, ROOT_KEY, now=now)
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            make_listed(session, version=version, now=now)
        add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=now)
    yield one
    engine.dispose()
    new_database.drop(url)


@pytest.fixture
def ship(
    new_database: Databases, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """One without a network, always on SQLite."""
    databases = new_database
    if request.config.getoption("--database") != "sqlite":
        (tmp_path / "databases").mkdir()
        databases = SqliteDatabases(tmp_path / "databases")
    url = databases()
    engine = make_engine(url)
    one = Installation(tmp_path / "ship", url, guarded(make_sessions(engine)))
    root_key(one.data, OTHER_KEY)
    with one.sessions.begin() as session:
        make_vendor(session)
        found_trust(session, OTHER_KEY, now=utc_now())
    yield one
    engine.dispose()
    databases.drop(url)


def test_a_marketplace_goes_over_though_an_import_is_killed_half_way(
    main_one: Installation, ship: Installation, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    exported = main_one.run("market", "export", out, "--name", "Main")
    [fingerprint] = FINGERPRINT.findall(exported.stdout)
    assert fingerprint in main_one.run("trust", "show").stdout
    refused = ship.run("market", "import", out)
    assert (refused.returncode, "(root.unknown)" in refused.stderr) == (1, True)

    code = f"from tests.support.killed_mirror import main; main({str(out)!r}, {fingerprint!r})"
    assert ship.python("-c", code).returncode == -9
    with ship.sessions() as session:
        assert session.scalar(select(func.count(MarketMirrorPackage.digest))) == 1
        assert public_releases(session, "acme.say") == []

    done = ship.run("market", "import", out, "--trust", fingerprint)
    assert (done.returncode, done.stderr) == (0, "")
    assert "From Main, serial 1: 1 listings." in done.stdout
    with ship.sessions.begin() as session:
        found = public_releases(session, "acme.say")
        assert {one.version for one in found} == {"1.0.0", "1.1.0", "1.2.0"}
        assert session.scalar(select(func.count(MarketMirrorPackage.digest))) == 0
        install(session, make_customer(session).id, found[0].digest)


def test_an_older_folder_is_refused_with_what_to_do(
    main_one: Installation, ship: Installation, tmp_path: Path
) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    told = main_one.run("market", "export", older).stdout
    [fingerprint] = FINGERPRINT.findall(told)
    assert main_one.run("trust", "renew").returncode == 0
    main_one.run("market", "export", newer)
    assert ship.run("market", "import", newer, "--trust", fingerprint).returncode == 0

    refused = ship.run("market", "import", older)

    assert refused.returncode == 1
    assert "Export anew where it comes from" in refused.stderr
    assert "(index.old)" in refused.stderr
