"""The demo's sources that the listener serves: traps and syslog from this machine."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from garland.services import Services
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.settings import config_from_form
from runtime.alarms.sources.listened.store import set_listening
from runtime.alarms.sources.store import create_source

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


def listened_sources(
    session: Session, tenant_id: UUID, services: Services, *, now: datetime
) -> dict[str, str]:
    """Add a source for traps and one for syslog; give where each is sent to."""
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
    for kind, name, form in ((SNMP, "Traps", access), (SYSLOG, "Router logs", rules)):
        source, _ = create_source(session, tenant_id, kind=kind, name=name, vault=vault, now=now)
        config = config_from_form(kind, form, before={}, vault=vault)
        set_listening(session, tenant_id, source.id, kind=kind, config=config)
    host = settings.listener_host
    return {
        SNMP: f"{host}:{settings.listener_snmp_port}",
        SYSLOG: f"{host}:{settings.listener_syslog_port}",
    }
