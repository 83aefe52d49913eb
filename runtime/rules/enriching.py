"""The action `enrich`: fields of an alarm set from a row of a look-up table, found by a key."""

from __future__ import annotations

from typing import Any

from kernel.errors import NotFoundError
from runtime.alarms.store import set_fields
from runtime.inventory.lookup import look_up
from runtime.rules.fields import ATTRIBUTES
from runtime.rules.model import Action
from runtime.rules.occasion import Did, Occasion
from runtime.rules.placeholders import fill


def enrich(occasion: Occasion, _index: int, action: Action) -> Did:
    """Set the fields whose column the row has; a key without a row is told, not guessed."""
    table = action.given["table"]
    key = fill(action.given["key"], occasion.facts)
    row = look_up(occasion.session, occasion.tenant_id, table, key)
    if row is None:
        raise NotFoundError(f"the table {table} has no row {key!r}: add it, or see its key")
    columns: dict[str, str] = action.given["fields"]
    found = {path: row[column] for path, column in columns.items() if row.get(column) is not None}
    if not found:
        raise NotFoundError(f"the row {key!r} of the table {table} has none of the columns")
    fields = parted(found)
    set_fields(
        occasion.session,
        occasion.tenant_id,
        occasion.alarm.id,
        fields=fields,
        by=occasion.by,
        now=occasion.now,
    )
    return {"table": table, "key": key, "fields": fields}


def parted(values: dict[str, Any]) -> dict[str, Any]:
    """Part what goes into the alarm's own fields from what goes into its attributes.

    >>> parted({"text": "a", "attributes.site": "BER"})
    {'text': 'a', 'attributes': {'site': 'BER'}}
    """
    own = {path: value for path, value in values.items() if not path.startswith(ATTRIBUTES)}
    attributes = {
        path.removeprefix(ATTRIBUTES): value
        for path, value in values.items()
        if path.startswith(ATTRIBUTES)
    }
    return own | ({"attributes": attributes} if attributes else {})
