"""The demo's sources that the listener serves: traps, syslog, and a broker that is not there."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from garland.services import Services
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.settings import config_from_form
from runtime.alarms.sources.listened.store import set_listening
from runtime.alarms.sources.store import create_source, pause_source
from tenancy.keys.vault import tenant_vault

LOOPBACK = "127.0.0.0/8 ::1"
SNMP_ACCESS = {
    "community": "public",
    "user": "acme",
    "auth": "sha",
    "auth_secret": "acme-auth-pass",
    "priv": "aes",
    "priv_secret": "acme-priv-pass",
}
"""Invented, and good for nothing but traps from this machine into an invented world."""
PLANT = {
    "host": "mqtt.example",
    "topics": "plant/+/alarms",
    "mapping": json.dumps(
        {
            "managed_object": "{device.name}",
            "perceived_severity": "{level}",
            "specific_problem": "{alarm}",
            "text": "{alarm} at {device.name}, said on {topic}",
        }
    ),
}


def listened_sources(
    session: Session, tenant_id: UUID, services: Services, *, now: datetime
) -> dict[str, str]:
    """Add a source of each kind; give where traps and syslog are sent to.

    That of MQTT is paused: nobody has its broker, and a page of failures shows nothing.
    """
    access = {
        "networks": LOOPBACK,
        "community": SNMP_ACCESS["community"],
        "user_name": SNMP_ACCESS["user"],
        "user_auth": SNMP_ACCESS["auth"],
        "user_auth_secret": SNMP_ACCESS["auth_secret"],
        "user_priv": SNMP_ACCESS["priv"],
        "user_priv_secret": SNMP_ACCESS["priv_secret"],
    }
    rules = {"networks": LOOPBACK, "least": "err"}
    settings, vault = services.settings, services.vault
    sources = (
        (SNMP, "Traps", access),
        (SYSLOG, "Router logs", rules),
        (MQTT, "Plant sensors", PLANT),
    )
    for kind, name, form in sources:
        source, _ = create_source(session, tenant_id, kind=kind, name=name, vault=vault, now=now)
        keys = tenant_vault(session, tenant_id, vault)
        config = config_from_form(kind, form, before={}, vault=keys)
        set_listening(session, tenant_id, source.id, kind=kind, config=config)
        if kind == MQTT:
            pause_source(session, tenant_id, source.id, now=now)
    host = settings.listener_host
    return {
        SNMP: f"{host}:{settings.listener_snmp_port}",
        SYSLOG: f"{host}:{settings.listener_syslog_port}",
    }
