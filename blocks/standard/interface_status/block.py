"""State of interfaces: reads IF-MIB (RFC 2863) and says it in words."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome, read_oid

INTERFACES_MAX = 2000
STATES = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "not present",
    7: "lower layer down",
}
DOWN = ("down", "not present", "lower layer down")
COUNTERS = {
    "ifInErrors": "errors_in",
    "ifOutErrors": "errors_out",
    "ifInDiscards": "discards_in",
    "ifOutDiscards": "discards_out",
}
COLUMNS = (
    "ifDescr",
    "ifName",
    "ifAlias",
    "ifAdminStatus",
    "ifOperStatus",
    "ifSpeed",
    "ifHighSpeed",
    *COUNTERS,
)


def run(ctx: Context) -> Outcome:
    """End by `down` when an interface that is switched on is down, else by `up`."""
    rows = _rows(ctx)
    is_cut = len(rows) > INTERFACES_MAX
    kept = [_told(index, row) for index, row in list(rows.items())[:INTERFACES_MAX]]
    shown = _wanted(ctx, kept, rows)
    down = [one["name"] for one in shown if one["is_down"]]
    output = {"interfaces": shown, "down": down, "is_cut": is_cut}
    return ctx.emit("down" if down else "up", output)


def _rows(ctx: Context) -> dict[int, dict[str, Any]]:
    """Read the columns; an entry is what has a name (ifDescr), which every interface has."""
    rows: dict[int, dict[str, Any]] = {}
    for number, column in enumerate(COLUMNS):
        ctx.progress(number / len(COLUMNS), column)
        found = ctx.snmp.walk(
            ctx.config["host"],
            column,
            values_max=INTERFACES_MAX + 1,
            port=ctx.config["port"],
            connection="device",
        )
        above = len(read_oid(column)) + 1
        for one in found:
            index = one.oid[above:]
            if index.isdecimal() and (number == 0 or int(index) in rows):
                rows.setdefault(int(index), {})[column] = one.value
    return rows


def _told(index: int, row: dict[str, Any]) -> dict[str, Any]:
    admin = STATES.get(row.get("ifAdminStatus", 4), "unknown")
    state = STATES.get(row.get("ifOperStatus", 4), "unknown")
    told = {
        "index": index,
        "name": row.get("ifName") or row["ifDescr"],
        "description": row.get("ifAlias") or "",
        "admin": admin,
        "state": state,
        "is_down": admin == "up" and state in DOWN,
        "speed_mbps": row.get("ifHighSpeed") or row.get("ifSpeed", 0) / 1_000_000,
    }
    return told | {name: row[column] for column, name in COUNTERS.items() if column in row}


def _wanted(
    ctx: Context, kept: list[dict[str, Any]], rows: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Give those that the settings name; all when they name none."""
    names = ctx.config.get("names") or []
    if not names:
        return kept
    called = {one["index"]: {one["name"], one["description"]} for one in kept}
    for index, words in called.items():
        words.add(rows[index]["ifDescr"])
    known = set().union(*called.values()) if called else set()
    if unknown := [name for name in names if name not in known]:
        message = f"{ctx.config['host']} has no interface {', '.join(unknown)}: check the names."
        raise BlockError("interfaces.unknown", message)
    return [one for one in kept if called[one["index"]] & set(names)]
