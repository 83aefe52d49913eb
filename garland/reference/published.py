"""The JSON Schemas of Garland's documents, each at an address of its own.

In the code a schema names itself by its path, `/schemas/<name>`. Where it is served, the address it
was asked at goes before that, so that it names itself and what it refers to behind any host.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from blocks.manifest import MANIFEST_SCHEMA
from runtime.alarms.model import EVENT_SCHEMA
from runtime.alarms.sources.mapping import MAPPING_SCHEMA
from runtime.alarms.sources.snmp.catalogue import CATALOGUE_ENTRY
from runtime.alarms.sources.syslog.rules import SYSLOG_RULES
from runtime.calendars.model import CALENDAR_SCHEMA
from runtime.flows.model import FLOW_SCHEMA
from runtime.maintenance.schema import WINDOW_SCHEMA
from runtime.retention.purging.wish import PURGE_SCHEMA
from runtime.rules.model import RULE_SCHEMA
from runtime.rules.tables.model import TABLE_SCHEMA
from runtime.services.schema import SERVICE_SCHEMA

FOLDER = "/schemas/"
MEDIA_TYPE = "application/schema+json"
PUBLISHED: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        one["$id"].removeprefix(FOLDER): one
        for one in (
            EVENT_SCHEMA,
            FLOW_SCHEMA,
            RULE_SCHEMA,
            TABLE_SCHEMA,
            MAPPING_SCHEMA,
            CATALOGUE_ENTRY,
            SYSLOG_RULES,
            WINDOW_SCHEMA,
            SERVICE_SCHEMA,
            CALENDAR_SCHEMA,
            MANIFEST_SCHEMA,
            PURGE_SCHEMA,
        )
    }
)


def served_at(schema: Any, root: str) -> Any:
    """Give a schema as it is served by an installation whose addresses begin with `root`.

    >>> served_at({"$id": "/schemas/rule", "$ref": "#/$defs/x"}, "https://garland.example")
    {'$id': 'https://garland.example/schemas/rule', '$ref': '#/$defs/x'}
    """
    if isinstance(schema, list):
        return [served_at(one, root) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        name: root + one
        if name in ("$id", "$ref") and isinstance(one, str) and one.startswith(FOLDER)
        else served_at(one, root)
        for name, one in schema.items()
    }
