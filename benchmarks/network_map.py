"""What the map costs with 10,000 resources and 100,000 active alarms on them.

Each line is one address, asked for as a browser does, in milliseconds: median and worst of 7, and
CPU time of this process. The first look after a change of the inventory reads the network and lays
it out; it stands apart. `network_map.py [postgresql] [--flat]`: flat is a network without
sites, whose 10,000 nodes all stand at the top.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from _setup import database, know_sizes, log_to_nowhere
from alarm_list import alarm, condition_of, tell, tenant_in, timed
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert

import garland.tables  # noqa: F401  completes the metadata
from garland.app import create_app
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from kernel.secrets import new_key
from runtime.alarms._tables import AlarmRow, ConditionRow
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import PASSWORD, make_member

ALARMS = 100_000
CHUNK = 10_000
SITES = 400
IN_A_SITE = 23
LINKS = 400


def main() -> None:
    """Fill a database and print the table."""
    log_to_nowhere()
    kind = "postgresql" if "postgresql" in sys.argv else "sqlite"
    with database(kind) as url:
        engine = make_engine(url)
        tenant_id = tenant_in(engine)
        names = list(build(engine, tenant_id, is_flat="--flat" in sys.argv))
        fill(engine, tenant_id, names)
        print(f"{kind}: {len(names):,} resources, {ALARMS:,} active alarms")
        print(f"  {'ms':<52} {'median':>8} {'worst':>8} {'CPU':>8}")
        with signed_in(url, engine, tenant_id) as browser:
            measure(browser, names)
        engine.dispose()


def measure(browser: FlaskClient, names: list[str]) -> None:
    """Ask for each address several times."""
    slug = browser.get("/").headers["Location"].split("/t/")[1].split("/")[0]
    at = f"/t/{slug}/map"
    first, _ = timed(lambda: browser.get(at))
    print(f"  {'the first look after a change':<52} {first:8.1f}")
    place, node = names[0], names[1]
    for name, query, is_part in (
        ("the whole page", "", False),
        ("a live refresh", "", True),
        ("by coordinates", "?by=place", False),
        ("major or worse", "?least=major", False),
        ("a place from inside", f"?in={place}", False),
        ("round a resource, 2 hops", f"?around={node}&hops=2", False),
        ("round a resource, 4 hops", f"?around={node}&hops=4", False),
        ("a search", "?q=r17", False),
        ("a place's panel", f"/panel?key={place}", True),
        ("a resource's panel", f"/panel?key={node}", True),
    ):
        headers = {"HX-Request": "true"} if is_part else {}
        tell(name, lambda q=query, h=headers: _found(browser, f"{at}{q}", h))


def _found(browser: FlaskClient, address: str, headers: dict[str, str]) -> None:
    answer = browser.get(address, headers=headers)
    if answer.status_code != 200:  # noqa: PLR2004  a page
        raise SystemExit(f"{address}: {answer.status_code}")


@contextmanager
def signed_in(url: str, engine: Engine, tenant_id: UUID) -> Iterator[FlaskClient]:
    """Give a browser of the application in which a person of the tenant is signed in."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                data_dir=Path(folder),
                database_url=url,
                redis_url="redis://127.0.0.1:1/0",
                secret_key="a secret of benchmarks",  # noqa: S106  of nobody
                encryption_keys=new_key(),
                public_url="http://localhost",
            )
        )
        app.config.update(WTF_CSRF_ENABLED=False)
        with guarded(make_sessions(engine)).begin() as session:
            person = make_member(session, get_organisation(session, tenant_id), "admin")
        browser = app.test_client()
        browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        yield browser


def build(engine: Engine, tenant_id: UUID, *, is_flat: bool) -> Iterator[str]:
    """Import sites with routers in them and links between them; give the keys."""
    dice = random.Random(5)  # noqa: S311  no secret
    resources, relations = ["key,kind,latitude,longitude"], ["from,to,relation"]
    cores: list[str] = []
    for number in range(SITES):
        site, core = f"site-{number}", f"r{number}-0"
        resources.append(f"{site},site,{dice.uniform(45, 55):.3f},{dice.uniform(0, 15):.3f}")
        cores.append(core)
        for own in range(IN_A_SITE):
            key = f"r{number}-{own}"
            resources.append(f"{key},node,,")
            if not is_flat:
                relations.append(f"{site},{key},contains")
            if own:
                relations.append(f"{key},{core},connects")
    for number in range(LINKS):
        resources.append(f"link-{number},link,,")
        ends = (cores[number % SITES], cores[dice.randrange(SITES)])
        relations += [f"link-{number},{end},connects" for end in dict.fromkeys(ends)]
    _import(engine, tenant_id, ["\n".join(resources), "\n".join(relations)])
    yield from (line.split(",")[0] for line in resources[1:])


def _import(engine: Engine, tenant_id: UUID, files: list[str]) -> None:
    with guarded(make_sessions(engine)).begin() as session, as_tenant(session, tenant_id):
        where, sent = (session, tenant_id), [file.encode() for file in files]
        staged = stage_import(*where, sent, origin="x", naming=Naming(), by="x", now=utc_now())
        apply_import(*where, staged.id, remove_gone=False, now=utc_now())


def fill(engine: Engine, tenant_id: UUID, names: list[str]) -> None:
    """Raise the alarms, spread over the resources."""
    dice, now = random.Random(7), utc_now()  # noqa: S311  the same alarms each time
    for _ in range(0, ALARMS, CHUNK):
        rows: list[dict[str, Any]] = [
            {**alarm(dice, tenant_id, now, is_active=True), "managed_object": dice.choice(names)}
            for _ in range(CHUNK)
        ]
        with engine.begin() as connection:
            connection.execute(insert(ConditionRow), [condition_of(row) for row in rows])
            connection.execute(insert(AlarmRow), rows)
    know_sizes(engine.url.render_as_string(hide_password=False))


if __name__ == "__main__":
    main()
