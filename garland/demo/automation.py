"""The invented tenants' workflows and rules."""

from __future__ import annotations

from typing import Any

TAKE_CARE: dict[str, Any] = {
    "flow": 1,
    "name": "Take care of a critical alarm",
    "description": "Finds out where it is and how much it matters, and takes it on.",
    "triggers": {"rule": {"kind": "rule", "position": [0, 120]}},
    "steps": {
        "site": {
            "block": "garland.look-up-table",
            "version": "1.0.0",
            "title": "Find the site",
            "config": {"table": "sites"},
            "input": {"key": "= trigger.alarm.attributes.?site.orValue('unknown')"},
            "position": [240, 120],
        },
        "facts": {
            "block": "garland.set-data",
            "version": "1.0.0",
            "title": "Gather the facts",
            "config": {
                "values": {
                    "city": "= steps.site.output.city",
                    "tier": "= steps.site.output.tier",
                    "what": "= trigger.alarm.specific_problem",
                }
            },
            "position": [480, 60],
        },
        "gold": {
            "block": "garland.branch",
            "version": "1.0.0",
            "title": "Is it a gold site?",
            "config": {"when": "steps.facts.output.tier == 'gold'"},
            "position": [720, 60],
        },
        "urgent": {
            "block": "garland.set-alarm",
            "version": "1.0.0",
            "title": "Note who to call",
            "config": {"attributes": {"on_call": "first line, at once"}},
            "input": {"alarm_id": "= trigger.alarm.id"},
            "position": [960, 0],
        },
        "log": {
            "block": "garland.write-log",
            "version": "1.0.0",
            "title": "Write it down",
            "config": {"message": "= trigger.alarm.managed_object + ' is being looked after'"},
            "position": [1200, 120],
        },
        "take": {
            "block": "garland.acknowledge-alarm",
            "version": "1.0.0",
            "title": "Acknowledge",
            "config": {"comment": "Taken on by the workflow"},
            "input": {"alarm_id": "= trigger.alarm.id"},
            "position": [1440, 120],
        },
    },
    "wires": [
        {"from": "rule", "to": "site"},
        {"from": "site:found", "to": "facts"},
        {"from": "site:missing", "to": "log"},
        {"from": "facts:done", "to": "gold"},
        {"from": "gold:yes", "to": "urgent"},
        {"from": "gold:no", "to": "log"},
        {"from": "urgent:done", "to": "log"},
        {"from": "log:done", "to": "take"},
    ],
}
HEARTBEAT: dict[str, Any] = {
    "flow": 1,
    "name": "Morning note",
    "description": "Says each working morning that all is running.",
    "triggers": {
        "clock": {
            "kind": "schedule",
            "title": "Each working morning",
            "timing": "cron",
            "cron": "0 8 * * mon-fri",
            "timezone": "Europe/Zurich",
            "calendar": {"name": "Business hours", "when": "open", "otherwise": "skip"},
            "position": [0, 0],
        },
        "hand": {"kind": "manual", "position": [0, 120]},
    },
    "steps": {
        "note": {
            "block": "garland.write-log",
            "version": "1.0.0",
            "title": "Good morning",
            "config": {"message": "All is running"},
            "position": [240, 60],
        }
    },
    "wires": [{"from": "clock", "to": "note"}, {"from": "hand", "to": "note"}],
}
CRITICAL_LINKS: dict[str, Any] = {
    "rule": 1,
    "name": "Critical communications alarms",
    "when": {
        "all": [
            {"field": "event_type", "op": "is", "value": "communicationsAlarm"},
            {"field": "perceived_severity", "op": "is", "value": "critical"},
        ]
    },
    "pattern": {"kind": "each"},
    "then": [{"do": "start", "flow": "take-care-of-a-critical-alarm"}],
}
DEGRADED_SITE: dict[str, Any] = {
    "rule": 1,
    "name": "Five alarms on a site in five minutes",
    "priority": 200,
    "when": {"all": [{"field": "perceived_severity", "op": "at_least", "value": "minor"}]},
    "pattern": {
        "kind": "count",
        "at_least": 5,
        "within_s": 300,
        "group_by": ["attributes.site"],
    },
    "then": [
        {
            "do": "derive",
            "alarm": {
                "managed_object": "site-{attributes.site}",
                "specific_problem": "Site degraded",
                "perceived_severity": "major",
            },
        }
    ],
}
PLANNED_WORK: dict[str, Any] = {
    "rule": 1,
    "name": "Planned work is no surprise",
    "when": {"all": [{"field": "attributes.planned", "op": "is", "value": "yes"}]},
    "pattern": {"kind": "each"},
    "then": [{"do": "suppress", "reason": "planned work"}, {"do": "acknowledge"}],
}
_OFFICE = [["08:00", "12:00"], ["13:00", "17:00"]]
BUSINESS_HOURS: dict[str, Any] = {
    "name": "Business hours",
    "timezone": "Europe/Zurich",
    "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _OFFICE),
    "days": [
        {"date": "2026-01-01", "name": "New Year's Day", "yearly": True},
        {"date": "2026-08-01", "name": "National Day", "yearly": True},
        {"date": "2026-12-24", "name": "Christmas Eve", "yearly": True, "hours": [_OFFICE[0]]},
        {"date": "2026-12-25", "name": "Christmas Day", "yearly": True},
        {"date": "2026-12-26", "name": "St Stephen's Day", "yearly": True},
    ],
}
CALENDARS = (BUSINESS_HOURS,)
FLOWS = (TAKE_CARE, HEARTBEAT)
RULES = (CRITICAL_LINKS, DEGRADED_SITE, PLANNED_WORK)
