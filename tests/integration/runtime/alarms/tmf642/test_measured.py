"""Place and crossed threshold are fields of an alarm, in both versions and both ways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import get_alarm, set_fields
from runtime.rules.fields import Kind, read_as, value_at
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.integration.runtime.alarms.tmf642.conftest import V4, V5, Contract, create

CROSSED = {
    "indicatorName": "Temperature",
    "indicatorUnit": "°C",
    "observedValue": "93.5",
    "direction": "up",
    "granularity": "15 min",
    "threshold": {"id": "t-1"},
}
ZURICH = [{"id": "zrh", "role": "site", "name": "Zurich"}]
OURS = {"indicator": "Temperature", "observed": 93.5, "unit": "°C", "direction": "up"}
Sessions = sessionmaker[Session]


def ours(sessions: Sessions, tenant_id: UUID, alarm_id: str) -> dict[str, Any]:
    with sessions() as session, as_tenant(session, tenant_id):
        return alarm_document(get_alarm(session, tenant_id, UUID(alarm_id)))


def test_what_was_created_is_there_for_rules(
    client: FlaskClient, sessions: Sessions, customer_id: UUID
) -> None:
    made = create(client, place=ZURICH, crossedThresholdInformation=CROSSED)

    facts = ours(sessions, customer_id, made["id"])

    assert (facts["place"], facts["threshold"]) == ("zrh", OURS)
    assert read_as(value_at(facts, "threshold.observed"), Kind.NUMBER) == 93.5
    assert value_at(facts, "threshold.direction") == "up"


def test_a_patch_changes_ours_too_and_null_takes_them_away(
    client: FlaskClient, sessions: Sessions, customer_id: UUID
) -> None:
    at = f"{V4}/alarm/{create(client, place=ZURICH)['id']}"
    patch = {"place": [{"id": "ber", "role": "site"}], "crossedThresholdInformation": CROSSED}

    changed = client.patch(at, json=patch)
    after = ours(sessions, customer_id, changed.get_json()["id"])
    gone = client.patch(at, json={"place": None, "crossedThresholdInformation": None}).get_json()

    assert (changed.status_code, after["place"], after["threshold"]) == (200, "ber", OURS)
    assert not {"place", "crossedThresholdInformation"} & gone.keys()
    assert ours(sessions, customer_id, gone["id"])["threshold"] is None


def test_the_other_version_writes_a_place_its_own_way(client: FlaskClient) -> None:
    made = create(client, place=ZURICH)

    (place,) = client.get(f"{V5}/alarm/{made['id']}").get_json()["place"]

    related = {"@type": "PlaceRef", "id": "zrh", "name": "Zurich"}
    assert place == {"@type": "RelatedPlaceRefOrValue", "role": "site", "relatedPlace": related}


@pytest.mark.parametrize("limit", [{}, {"limit": 90, "direction": "up"}])
def test_an_alarm_of_another_source_has_them_in_the_contracts_shape(
    client: FlaskClient,
    contract: Contract,
    sessions: Sessions,
    customer_id: UUID,
    limit: dict[str, Any],
) -> None:
    threshold = {"indicator": "Temperature", "observed": 93.5, **limit}
    with sessions.begin() as session, as_tenant(session, customer_id):
        made = make_alarm(session, customer_id, place="zrh", threshold=threshold)

    read = client.get(f"{V4}/alarm/{made}").get_json()

    contract.check("Alarm", read)
    assert read["place"] == [{"role": "alarm location", "id": "zrh"}]
    crossed = read["crossedThresholdInformation"]
    assert (crossed["indicatorName"], crossed["observedValue"]) == ("Temperature", "93.5")
    assert crossed.get("thresholdCrossingDescription") == ("limit 90" if limit else None)


def test_a_place_that_was_set_since_is_written_in_place_of_what_was_sent(
    client: FlaskClient, sessions: Sessions, customer_id: UUID
) -> None:
    made = create(client, place=ZURICH)
    with sessions.begin() as session, as_tenant(session, customer_id):
        where = (session, customer_id, UUID(made["id"]))
        set_fields(*where, fields={"place": "ber"}, by="rule x", now=utc_now())

    read = client.get(f"{V4}/alarm/{made['id']}").get_json()

    assert [one["id"] for one in read["place"]] == ["ber"]
