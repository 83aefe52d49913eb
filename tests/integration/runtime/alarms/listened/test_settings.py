"""Settings of listened sources: checked by field, secrets sealed, networks nobody else's."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.errors import InvalidError
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.settings import config_from_form, form_of
from runtime.alarms.sources.listened.store import listening_of, set_listening
from runtime.alarms.sources.store import pause_source
from tenancy.scope import as_tenant
from tests.factories.listening import FORMS, USER, VAULT, make_listened
from tests.factories.tenancy import make_customer


def read(kind: str, before: Any = None, **form: str) -> dict[str, Any]:
    return config_from_form(kind, {**FORMS[kind], **form}, before=before or {}, vault=VAULT)


@pytest.mark.parametrize(
    ("kind", "form", "field"),
    [
        pytest.param(SNMP, {"networks": ""}, "networks", id="nobody may send"),
        pytest.param(SNMP, {"networks": "192.0.2.7/24"}, "networks", id="host bits"),
        pytest.param(SNMP, {"networks": "home"}, "networks", id="no address"),
        pytest.param(SNMP, {"community": "abc"}, "community", id="a short community"),
        pytest.param(SNMP, {**USER, "user_auth_secret": "short"}, "user_auth_secret", id="secret"),
        pytest.param(SNMP, {**USER, "user_priv_secret": ""}, "user_priv_secret", id="no key"),
        pytest.param(SNMP, {**USER, "user_priv": "aes256"}, "user_priv", id="a digest too short"),
        pytest.param(SYSLOG, {"networks": "0.0.0.0/0"}, "networks", id="everybody"),
        pytest.param(SYSLOG, {"least": "dire"}, "least", id="no level"),
        pytest.param(SYSLOG, {"facilities": "cellar"}, "facilities", id="no facility"),
        pytest.param(MQTT, {"host": ""}, "host", id="no broker"),
        pytest.param(MQTT, {"authority": "what"}, "authority", id="no certificate"),
        pytest.param(MQTT, {"port": "70000"}, "port", id="no port"),
        pytest.param(MQTT, {"topics": ""}, "topics", id="no topic"),
        pytest.param(MQTT, {"topics": "a/#/b"}, "topics", id="# in the middle"),
        pytest.param(MQTT, {"topics": "a+/b"}, "topics", id="+ beside text"),
        pytest.param(MQTT, {"mapping": '{"text": "{a}"}'}, "mapping", id="no severity"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused_by_field(
    kind: str, form: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        read(kind, **form)

    assert {one.pointer for one in refused.value.problems} == {f"/{field}"}


def test_secrets_are_sealed_and_not_shown() -> None:
    config = read(SNMP, **USER) | read(MQTT, password="the-password")

    kept, shown = json.dumps(config), json.dumps([form_of(one, config) for one in (SNMP, MQTT)])
    for secret in ("public", "probe-auth-pass", "probe-priv-pass", "the-password"):
        assert secret not in kept
        assert secret not in shown
    assert VAULT.decrypt(config["community_sealed"]) == "public"


def test_an_empty_secret_keeps_the_one_that_is_there() -> None:
    before = read(SNMP, **USER)

    after = read(SNMP, before, community="")

    assert after == before


def test_a_password_is_not_kept_for_another_broker() -> None:
    before = read(MQTT, password="the-password")

    with pytest.raises(InvalidError) as refused:
        read(MQTT, before, host="elsewhere.example")

    assert [one.pointer for one in refused.value.problems] == ["/password"]
    assert read(MQTT, before)["password_sealed"] == before["password_sealed"]


def test_users_are_removed_by_name() -> None:
    before = read(SNMP, **USER)

    assert "users" not in read(SNMP, before, **{"drop-probe": "true"})


def test_no_two_syslog_sources_of_the_installation_share_a_network(session: Session) -> None:
    first, second = make_customer(session).id, make_customer(session).id
    with as_tenant(session, first):
        make_listened(session, first, SYSLOG, networks="192.0.2.0/24")

    with as_tenant(session, second), pytest.raises(InvalidError, match=r"192\.0\.2\.7/32"):
        make_listened(session, second, SYSLOG, networks="192.0.2.7")


def test_a_paused_syslog_source_keeps_its_networks_from_others(session: Session) -> None:
    first, second = make_customer(session).id, make_customer(session).id
    with as_tenant(session, first):
        source_id = make_listened(session, first, SYSLOG, networks="192.0.2.0/24")
        pause_source(session, first, source_id, now=utc_now())

    with as_tenant(session, second), pytest.raises(InvalidError, match=r"192\.0\.2\.7/32"):
        make_listened(session, second, SYSLOG, networks="192.0.2.7")


def test_a_source_may_keep_the_networks_it_has(session: Session) -> None:
    tenant_id = make_customer(session).id
    with as_tenant(session, tenant_id):
        source_id = make_listened(session, tenant_id, SYSLOG)
        _set_again(session, tenant_id, source_id, least="crit")

        assert listening_of(session, tenant_id, source_id).config["least"] == "crit"


def _set_again(session: Session, tenant_id: UUID, source_id: UUID, **form: str) -> None:
    set_listening(session, tenant_id, source_id, kind=SYSLOG, config=read(SYSLOG, **form))
