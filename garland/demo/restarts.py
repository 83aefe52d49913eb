"""The workflow of the invented world that shows what runs can do, and two runs of it.

It needs nothing outside: it is started with a form or by a webhook, looks at each site, asks
people, and waits until the ticket is closed. One run waits for an approval; one failed, since the
ticket it came from names no site.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.setup.input_fields import schema_of
from garland.demo.world import SITES
from runtime.runs.start import Start, start_run

_BY_HAND = "has(trigger.input)"
_SITES = "\n".join(key for key, _, _ in SITES)
_TICKET = "steps.plan.output.ticket"
_FORM = (
    {
        "name": "ticket",
        "title": "Ticket",
        "kind": "text",
        "help": "Its number, such as T-1042",
        "required": True,
    },
    {"name": "site", "title": "Site", "kind": "choice", "choices": _SITES, "required": True},
    {"name": "other", "title": "Another site", "kind": "choice", "choices": _SITES},
    {
        "name": "reason",
        "title": "Reason",
        "kind": "text",
        "help": "Those who decide read it",
        "required": True,
    },
)
_PLAN: dict[str, Any] = {
    "block": "garland.set-data",
    "version": "1.0.0",
    "title": "Read the ticket",
    "notes": "The form and the ticket system say the same in different words.",
    "config": {
        "values": {
            "ticket": f"= {_BY_HAND} ? trigger.input.ticket : trigger.body.ticket",
            "sites": f"= {_BY_HAND} ? [trigger.input.site, trigger.input.?other.orValue('')]"
            ".filter(one, one != '') : [trigger.body.?site.orValue('')]",
            "reason": f"= {_BY_HAND} ? trigger.input.reason : 'The ticket asks for it'",
        }
    },
    "position": [240, 60],
}
_EACH_SITE: dict[str, Any] = {
    "block": "garland.for-each",
    "version": "1.0.0",
    "title": "Look at each site",
    "config": {
        "items": "= steps.plan.output.sites",
        "at_once": 2,
        "collect": "= steps.name.output.text",
    },
    "body": {
        "steps": {
            "site": {
                "block": "garland.look-up-table",
                "version": "1.0.0",
                "title": "Find the site",
                "config": {"table": "sites"},
                "input": {"key": "= item"},
                "position": [0, 0],
            },
            "name": {
                "block": "garland.set-data",
                "version": "1.0.0",
                "title": "Write its name",
                "config": {
                    "values": {
                        "text": "= steps.site.output.city + ' (' + steps.site.output.tier + ')'"
                    }
                },
                "position": [240, 0],
            },
            "unknown": {
                "block": "garland.fail",
                "version": "1.0.0",
                "title": "No such site",
                "config": {
                    "message": "= 'There is no site ' + item + ': correct the ticket'",
                    "code": "ticket.unknown_site",
                },
                "position": [240, 120],
            },
        },
        "wires": [{"from": "site:found", "to": "name"}, {"from": "site:missing", "to": "unknown"}],
    },
    "position": [480, 60],
}
_ASK: dict[str, Any] = {
    "block": "garland.approval",
    "version": "1.0.0",
    "title": "May it be done?",
    "config": {
        "title": "= 'Restart the routers in ' + steps.each.output.results.join(', ') + '?'",
        "text": f"= 'Ticket ' + {_TICKET} + ': ' + steps.plan.output.reason"
        " + '\\nServices on these sites are away for about five minutes.'",
        "roles": ["operator", "admin"],
        "fields": [
            {
                "name": "when",
                "title": "When",
                "kind": "choice",
                "choices": ["At once", "Tonight at 02:00"],
                "required": True,
            }
        ],
        "timeout_s": 7 * 86_400,
        "timeout_action": "reject",
    },
    "position": [720, 60],
}
_ANNOUNCE: dict[str, Any] = {
    "block": "garland.write-log",
    "version": "1.0.0",
    "title": "Announce the work",
    "notes": "Taken back when nobody reports that the work is done.",
    "config": {
        "message": f"= 'Announced for ' + {_TICKET} + ': '"
        " + steps.ask.output.form.?when.orValue('at once')"
    },
    "undo": {
        "block": "garland.write-log",
        "version": "1.0.0",
        "config": {"message": f"= 'The announcement for ' + {_TICKET} + ' is taken back'"},
    },
    "position": [960, 0],
}
_WAIT: dict[str, Any] = {
    "block": "garland.wait-for-event",
    "version": "1.0.0",
    "title": "Until the ticket is closed",
    "notes": "The ticket system calls the webhook with the same ticket once more.",
    "config": {"event": "message", "correlation": f"= {_TICKET}", "timeout_s": 4 * 3_600},
    "position": [1200, 0],
}
RESTART: dict[str, Any] = {
    "flow": 1,
    "name": "Restart routers for a ticket",
    "description": "Looks at the sites, asks people, announces the work and waits for its end.",
    "input": schema_of(_FORM),
    "triggers": {
        "hand": {"kind": "manual", "position": [0, 0]},
        "ticket": {
            "kind": "webhook",
            "title": "Ticket system",
            "correlate": "= trigger.body.ticket",
            "position": [0, 120],
        },
    },
    "steps": {
        "plan": _PLAN,
        "each": _EACH_SITE,
        "ask": _ASK,
        "announce": _ANNOUNCE,
        "wait": _WAIT,
        "closed": {
            "block": "garland.end",
            "version": "1.0.0",
            "title": "Done",
            "config": {"output": {"ticket": f"= {_TICKET}", "restarted": True}},
            "position": [1440, 0],
        },
        "late": {
            "block": "garland.fail",
            "version": "1.0.0",
            "title": "Nobody reported back",
            "config": {
                "message": "The ticket was not closed within four hours. Call the field team, "
                "then run this again.",
                "code": "ticket.not_closed",
            },
            "position": [1440, 120],
        },
        "leave": {
            "block": "garland.write-log",
            "version": "1.0.0",
            "title": "Leave them running",
            "config": {"message": f"= 'Nothing is restarted for ' + {_TICKET}"},
            "position": [960, 120],
        },
    },
    "wires": [
        {"from": "hand", "to": "plan"},
        {"from": "ticket", "to": "plan"},
        {"from": "plan:done", "to": "each"},
        {"from": "each:done", "to": "ask"},
        {"from": "ask:approved", "to": "announce"},
        {"from": "ask:rejected", "to": "leave"},
        {"from": "announce:done", "to": "wait"},
        {"from": "wait:happened", "to": "closed"},
        {"from": "wait:timeout", "to": "late"},
    ],
}


def start_examples(session: Session, tenant_id: UUID, flow_id: UUID, *, now: datetime) -> None:
    """Start a run that will wait for an approval, and one that will fail for want of a site."""
    reason = "The new software is ready"
    asked = {"ticket": "T-1042", "site": "ZRH", "other": "LSN", "reason": reason}
    waits = Start(
        trigger={"kind": "manual", "input": asked},
        trigger_id="hand",
        subject="T-1042: new software",
        started_by="Dan Designer",
    )
    fails = Start(
        trigger={"kind": "webhook", "body": {"ticket": "T-1041"}, "headers": {}, "query": {}},
        trigger_id="ticket",
        subject="Ticket system",
        started_by="webhook Ticket system",
    )
    for start, ago in ((fails, timedelta(minutes=2)), (waits, timedelta(minutes=1))):
        start_run(session, tenant_id, flow_id, start, now=now - ago)
