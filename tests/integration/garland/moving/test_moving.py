"""An organisation goes from one installation to another and is the same there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import select

from garland import moving
from garland.demo.seed import seed_demo
from garland.services import Services
from garland.settings import Settings
from kernel.db import Base
from kernel.errors import ConflictError, GarlandError
from kernel.ids import sha256_of
from kernel.secrets import new_key
from runtime.inventory.lookup import put_table
from runtime.moving.digest import Part, digest_of_parts
from runtime.moving.lines import write_line
from runtime.moving.manifest import ArchiveError
from tenancy.keys.vault import tenant_vault
from tenancy.organisations import create_organisation, find_by_slug
from tenancy.scope import as_tenant, system
from tests.support.databases import Databases, postgresql_databases, sqlite_databases

PASSPHRASE = "five words nobody would guess"  # noqa: S105  made up
Opened = Callable[[str], Services]


def open_services(url: str, folder: Path) -> Services:
    settings = Settings(
        data_dir=folder, database_url=url, secret_key="of tests", encryption_keys=new_key()
    )
    return Services(settings)


@pytest.fixture(scope="module")
def files() -> Iterator[Databases]:
    with sqlite_databases() as databases:
        yield databases


@pytest.fixture(scope="module")
def origin(files: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = open_services(files(), tmp_path_factory.mktemp("origin"))
    seed_demo(services.settings)
    yield services
    services.engine.dispose()


@pytest.fixture(scope="module")
def archive(origin: Services, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("archives") / "acme.zip"
    write_out(origin, file, passphrase=PASSPHRASE)
    return file


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "KNOWN_AFTER_S", 0)


@pytest.fixture
def target(files: Databases, tmp_path: Path) -> Iterator[Services]:
    services = with_csp(open_services(files(), tmp_path))
    yield services
    services.engine.dispose()


def with_csp(services: Services) -> Services:
    with services.sessions() as session, session.begin():
        vendor = create_organisation(session, kind="vendor", name="Vendor", slug="vendor")
        create_organisation(session, kind="csp", name="CSP", slug="csp", parent_id=vendor.id)
    return services


def write_out(services: Services, file: Path, *, passphrase: str = "") -> None:
    facts = {"release": "1", "passphrase": passphrase}
    moving.export_to(services, "acme", file, **facts, progress=lambda *_: None)


def bring_in(services: Services, file: Path, *, slug: str = "", passphrase: str = "") -> None:
    moving.import_from(
        services,
        file,
        slug=slug,
        under="csp",
        passphrase=passphrase,
        unpacked_max=2**30,
        progress=lambda *_: None,
    )


def changed(archive: Path, file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with ZipFile(archive) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    change(parts)
    with ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name, content in parts.items():
            after.writestr(name, content)
    return file


def test_the_demo_customer_is_the_same_on_another_sqlite(
    origin: Services, archive: Path, target: Services
) -> None:
    bring_in(target, archive)

    digest, tables = moving.digest_of(target, "acme")
    assert (digest, tables) == moving.digest_of(origin, "acme")
    assert {"alarm", "alarm_history", "flow_version", "rule_version", "run"} <= {
        name for name, _, _ in tables
    }


def test_the_demo_customer_is_the_same_on_postgresql(
    origin: Services, archive: Path, tmp_path: Path
) -> None:
    with postgresql_databases() as databases:
        services = with_csp(open_services(databases(), tmp_path))
        try:
            bring_in(services, archive)

            found = moving.digest_of(services, "acme")
        finally:
            services.engine.dispose()

    assert found == moving.digest_of(origin, "acme")


def test_from_postgresql_it_is_the_same_on_sqlite_and_on_postgresql(
    origin: Services, archive: Path, target: Services, tmp_path: Path
) -> None:
    wanted = moving.digest_of(origin, "acme")
    file = tmp_path / "from-postgresql.zip"
    with postgresql_databases() as databases:
        here, there = (_another(databases(), tmp_path / name) for name in ("here", "there"))
        try:
            bring_in(here, archive)
            write_out(here, file)
            for services in (target, there):
                bring_in(services, file)
                assert moving.digest_of(services, "acme") == wanted
        finally:
            for services in (here, there):
                services.engine.dispose()


def _another(url: str, folder: Path) -> Services:
    folder.mkdir()
    return with_csp(open_services(url, folder))


def test_it_is_the_same_where_others_have_its_numbers_already(
    origin: Services, archive: Path, files: Databases, tmp_path: Path
) -> None:
    services = open_services(files(), tmp_path)
    seed_demo(services.settings)
    moving.import_from(
        services,
        archive,
        slug="acme-two",
        under="northwind",
        passphrase="",
        unpacked_max=2**30,
        progress=lambda *_: None,
    )

    assert moving.digest_of(services, "acme-two") == moving.digest_of(origin, "acme")
    services.engine.dispose()


def test_it_stands_suspended_and_keeps_its_id(
    origin: Services, archive: Path, target: Services
) -> None:
    bring_in(target, archive)

    with target.reading() as session, origin.reading() as there:
        found, was = find_by_slug(session, "acme"), find_by_slug(there, "acme")
    assert found is not None
    assert was is not None
    assert (found.state, found.id) == ("suspended", was.id)


def test_the_passphrase_brings_the_secrets_along(
    origin: Services, archive: Path, target: Services
) -> None:
    bring_in(target, archive, passphrase=PASSPHRASE)

    assert source_keys(target) == source_keys(origin)


def test_without_the_passphrase_sources_get_new_addresses(
    origin: Services, archive: Path, target: Services
) -> None:
    bring_in(target, archive)

    keys = source_keys(target)
    assert len(keys) == len(source_keys(origin))
    assert not keys & source_keys(origin)


def test_no_secret_is_in_the_archive(origin: Services, archive: Path) -> None:
    with ZipFile(archive) as opened:
        content = b"".join(opened.read(name) for name in opened.namelist())

    assert not [key for key in source_keys(origin) if key.encode() in content]
    assert b"gAAAA" not in content
    assert b'"g1.' not in content


def test_another_passphrase_opens_nothing_and_nothing_is_kept(
    archive: Path, target: Services
) -> None:
    with pytest.raises(ArchiveError, match="passphrase"):
        bring_in(target, archive, passphrase="another one altogether")

    assert_nothing_kept(target)


def test_what_was_brought_in_before_is_refused(archive: Path, target: Services) -> None:
    bring_in(target, archive)

    with pytest.raises(ConflictError, match="brought in before"):
        bring_in(target, archive, slug="again")

    with target.reading() as session:
        assert find_by_slug(session, "again") is None


def test_an_organisation_that_has_something_takes_nothing_in(
    archive: Path, target: Services
) -> None:
    bring_in(target, archive)

    with pytest.raises(ConflictError, match="not empty"):
        moving.import_from(
            target,
            archive,
            slug="acme",
            under="",
            passphrase="",
            unpacked_max=2**30,
            progress=lambda *_: None,
        )


def _newer_format(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = json.dumps(
        {**json.loads(parts["manifest.json"]), "format": 2}
    ).encode()


def _other_schema(parts: dict[str, bytes]) -> None:
    said = json.loads(parts["manifest.json"])
    said["made_by"]["schema"] = "20991231_z_unheard_of"
    parts["manifest.json"] = json.dumps(said).encode()


def _altered_alarm(parts: dict[str, bytes]) -> None:
    parts["alarm.jsonl"] = parts["alarm.jsonl"].replace(b'"critical"', b'"warning"', 1)


def _longer(parts: dict[str, bytes]) -> None:
    parts["alarm.jsonl"] += b" " * 2**20


def _climbing(parts: dict[str, bytes]) -> None:
    parts["../../etc/cron.d/garland"] = b"* * * * * root sh"


def _unknown_table(parts: dict[str, bytes]) -> None:
    parts["person.jsonl"] = b"{}\n"


def _no_manifest(parts: dict[str, bytes]) -> None:
    del parts["manifest.json"]


def _bomb(parts: dict[str, bytes]) -> None:
    said = json.loads(parts["manifest.json"])
    said["parts"]["alarm"]["size_bytes"] = 2**40
    parts["manifest.json"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(_newer_format, "Upgrade this installation", id="a newer format"),
        pytest.param(_other_schema, "Upgrade this installation", id="a schema nobody knows"),
        pytest.param(_altered_alarm, "digest differs", id="an alarm was altered"),
        pytest.param(_longer, "more than manifest", id="a part goes on"),
        pytest.param(_climbing, "does not belong", id="a path that climbs"),
        pytest.param(_unknown_table, "does not belong", id="a table that does not move"),
        pytest.param(_no_manifest, "no archive", id="no manifest"),
        pytest.param(_bomb, "unpacked", id="more than may be unpacked"),
    ],
)
def test_a_hostile_archive_is_refused_whole(
    archive: Path,
    target: Services,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    told: str,
) -> None:
    with pytest.raises(GarlandError, match=told):
        bring_in(target, changed(archive, tmp_path / "changed.zip", change))

    assert_nothing_kept(target)


def test_a_row_that_leans_on_another_organisations_is_refused(
    archive: Path, target: Services, tmp_path: Path
) -> None:
    with target.sessions() as session, session.begin():
        other = find_by_slug(session, "csp")
        assert other is not None
        with as_tenant(session, other.id):
            put_table(session, other.id, "theirs", ["a"], {"x": {"a": 1}})
        tables = Base.metadata.tables["lookup_table"]
        with system(session):
            theirs = session.connection().execute(select(tables.c.id)).scalar_one()

    def leaning(parts: dict[str, bytes]) -> None:
        rows = [json.loads(line) for line in parts["lookup_row.jsonl"].splitlines()]
        lines = b"".join(write_line({**row, "table_id": theirs}) for row in rows)
        parts["lookup_row.jsonl"] = lines
        told = {"rows": len(rows), "size_bytes": len(lines), "sha256": sha256_of(lines)}
        said = json.loads(parts["manifest.json"])
        said["parts"]["lookup_row"] = told
        tables = {name: Part(**one) for name, one in said["parts"].items() if name != "secrets"}
        said["digest"] = digest_of_parts(tables)
        parts["manifest.json"] = json.dumps(said).encode()

    with pytest.raises(ArchiveError, match="another organisation has"):
        bring_in(target, changed(archive, tmp_path / "changed.zip", leaning))

    assert_nothing_kept(target)


def source_keys(services: Services) -> set[str]:
    from runtime.alarms._tables import Source

    with services.reading() as session, system(session):
        one = find_by_slug(session, "acme")
        assert one is not None
        rows = session.query(Source).filter(Source.tenant_id == one.id)
        vault = tenant_vault(session, one.id, services.vault)
        return {vault.decrypt(row.key_sealed) for row in rows if row.key_sealed}


def assert_nothing_kept(services: Services) -> None:
    with services.reading() as session:
        assert find_by_slug(session, "acme") is None
