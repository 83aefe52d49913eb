"""What fills an address and a body: of which thing each id is, and what is sent beside it.

`<alarm>` and the like stand for an id of `tests.isolation.tenant.Tenant.ids`.
"""

from __future__ import annotations

from typing import Any

from tests.isolation import market_routes

IDS = {
    **market_routes.IDS,
    "advisory_id": "advisory",
    "alarm_id": "alarm",
    "announcement_id": "announcement",
    "approval_id": "approval",
    "block_id": "block",
    "calendar_id": "calendar",
    "charge_id": "charge",
    "collection_id": "collection",
    "connection_id": "connection",
    "digest": "digest",
    "domain_id": "identity_domain",
    "exchange.apply.import_id": "workflow_import",
    "exchange.show_import.import_id": "workflow_import",
    "fault_id": "fault",
    "flow_id": "flow",
    "hub_id": "hub",
    "import_id": "inventory_import",
    "archive_id": "archive",
    "change_id": "many",
    "customer_id": "organisation",
    "deletion_id": "deletion",
    "grant_id": "grant",
    "group_id": "role",
    "input_id": "input",
    "install_id": "install",
    "invitation_id": "invitation",
    "key": "resource_key",
    "organisation_id": "organisation",
    "pack_id": "pack",
    "part_key": "catalogue_part",
    "person_id": "person",
    "plan_id": "plan",
    "picture_id": "picture",
    "price_id": "price",
    "promotion_id": "promotion",
    "provider_id": "identity_provider",
    "listing_id": "listing_draft",
    "namespace": "namespace",
    "rating_id": "rating",
    "recall_id": "recall",
    "relation_id": "relation",
    "release_id": "release",
    "request_id": "request",
    "resource_id": "resource",
    "role_id": "role",
    "row_id": "row",
    "rule_id": "rule",
    "run_id": "run",
    "service_id": "service",
    "share_id": "share",
    "service_imports.apply.import_id": "service_import",
    "service_imports.show_import.import_id": "service_import",
    "services_api.apply.import_id": "service_import",
    "services_api.show_import.import_id": "service_import",
    "slug": "environment",
    "source_id": "source",
    "table_id": "look_up_table",
    "template_id": "template",
    "template_key": "template",
    "thing_id": "flow",
    "token_id": "token",
    "tmf635.show_specification.key": "usage",
    "tmf635.show_usage.key": "usage",
    "user_id": "scim_user",
    "use_id": "template_use",
    "view_id": "view",
    "window_id": "window",
    "own_id": "own_release",
    "wish_id": "wish",
    "tmf632_v4.get_organization.key": "organisation",
    "tmf632_v4.patch_organization.key": "organisation",
    "tmf669_v4.get_role.key": "organisation",
    "tmf669_v4.patch_role.key": "organisation",
    **{
        f"tmf642_{version}.{view}.key": kind
        for version in ("v4", "v5")
        for view, kind in {
            **dict.fromkeys(("get_one_alarm", "patch_alarm", "delete_alarm"), "alarm"),
            **dict.fromkeys(("get_hub", "unregister"), "hub"),
            **{
                f"get_task_{verb}": "task"
                for verb in ("ack", "unack", "clear", "comment", "group", "ungroup")
            },
        }.items()
    },
    **dict.fromkeys(
        (
            "decisions_api.evaluate.rule_id",
            "decisions_api.export.rule_id",
            "decisions_api.findings.rule_id",
            "decisions_api.import_over.rule_id",
            "tables.download_table.rule_id",
            "tables.edit_table.rule_id",
            "tables.publish_for_workflows.rule_id",
            "tables.save_table.rule_id",
        ),
        "table",
    ),
    **dict.fromkeys(
        ("trials.go_on.run_id", "trials.show_bar.run_id", "trials.stop.run_id"), "trial"
    ),
    **{
        f"{pages}.{view}.template_id": "tenant_template"
        for pages, views in (
            ("tenant_templates", "show change choose_again take_again stand offer"),
            ("tenant_templates_api", "get_template change_template remove_template"),
            ("tenant_templates_api", "take_again list_customers offer"),
        )
        for view in views.split()
    },
    **{
        f"shared_templates_api.{view}.template_id": "shared_template"
        for view in ["get_template", "get_document", "change_template", "share_again", "take_over"]
    },
    **{
        f"shared_templates.{view}.template_id": "shared_template"
        for view in ["show", "take", "stand", "ask_again", "check_again", "share_again"]
    },
    **{
        f"{pages}.{view}.use_id": "taken_template"
        for pages in ("taken_templates", "taken_templates_api")
        for view in ("get_taken", "show", "preview", "update", "let_go")
    },
    "runs_api.retry.run_id": "failed_run",
    "runs.ask_retry.run_id": "failed_run",
    "runs.retry.run_id": "failed_run",
}
"""The thing that a part of an address is the id of: by its name, or by endpoint and name."""

USED = {
    "workflow": "flow",
    "rule": "rule",
    "table": "table",
    "connection": "connection",
    "calendar": "calendar",
    "look-up-table": "look_up_table",
}
"""The thing that a `kind` of an address calls by its id."""

FIXED = {
    "channel": "stable",
    "filename": "js/app.js",
    "month": "2026-11",
    "name": "resources.csv",
    "number": "1",
    "place": "0",
    "ref": "draft",
    "rest": "x",
    "step": "note",
    "trigger_id": "call",
    "version": "1.0.0",
    "way": "later",
}
"""What names nothing by itself: it counts within the thing before it."""

_FLOW = {
    "flow": 1,
    "name": "Asked",
    "triggers": {"hand": {"kind": "manual"}},
    "steps": {},
    "wires": [],
}
_WINDOW = {
    "name": "Work",
    "zone": "UTC",
    "starts_at": "2031-01-01T00:00:00Z",
    "ends_at": "2031-01-01T02:00:00Z",
    "scope": {"kind": "everything"},
}
_TOLD = {
    "kind": "information",
    "title": "x",
    "text": "x",
    "audience": {"whom": "chosen", "organisation_ids": ["<organisation>"]},
}
_TOLD_FORM = {
    **dict.fromkeys(("title", "text"), "x"),
    "kind": "information",
    "zone": "UTC",
    "whom": "plan",
    "plan_id": "<plan>",
}
_PATTERN = [{"id": "<alarm>"}]
_USER = [{"value": "<scim_user>"}]
_AT = "2026-11-24T12:00:00.000Z"
_GROUP = {
    "sourceSystemId": "o",
    "alarmChangedTime": _AT,
    "parentAlarm": {"id": "<alarm>"},
    "correlatedAlarm": [{"id": "<second_alarm>"}],
}
_TASKS: dict[str, dict[str, Any]] = {
    "ack": {"ackSystemId": "o", "ackUserId": "b", "alarmPattern": _PATTERN},
    "unack": {"ackSystemId": "o", "ackUserId": "b", "alarmPattern": _PATTERN},
    "clear": {
        "clearSystemId": "o",
        "clearUserId": "b",
        "alarmClearedTime": _AT,
        "alarmPattern": _PATTERN,
    },
    "comment": {"comment": {"comment": "seen"}, "alarmPattern": _PATTERN},
    "group": _GROUP,
    "ungroup": _GROUP,
}

SENT: dict[str, dict[str, Any]] = {
    **market_routes.SENT,
    "alarm_list.act_on_many": {"alarm": "<alarm>", "verb": "acknowledge"},
    "alarms.list_alarms": {"?": {"parent": "<alarm>", "source": "<source>"}},
    "alarm_list.undo": {"?": {"deed": "<alarm>"}},
    "alarms.operate": {"comment": "seen", "hours": "1", "owner": "x"},
    "alarms.regroup": {"other": "<second_alarm>"},
    "alarms_api.change_alarm": {"text": "seen"},
    "alarms_api.list_alarms": {"?": {"parent": "<alarm>", "source": "<source>"}},
    "alarms_api.operate": {
        "children": ["<second_alarm>"],
        "comment": "seen",
        "owner": "x",
        "reason": "work",
        "until": "2031-01-01T00:00:00Z",
    },
    "alarms_api.operate_many": {"do": "acknowledge", "ids": ["<alarm>"]},
    "announced.plan_window": {"scope": "everything"},
    "curating_api.set_bundle": {
        "title": "x",
        "members": ["acme.lamp"],
        "audience": {"whom": "named", "customer_ids": ["<organisation>"]},
    },
    "announcements_api.add_update": {"text": "x"},
    "announcements_api.change_announcement": _TOLD,
    "announcements_api.write_announcement": _TOLD,
    "announcing.change": {**_TOLD_FORM, "revision": "1"},
    "announcing.write": _TOLD_FORM,
    "approvals.decide": {"decision": "approve", "comment": "yes"},
    "approvals_api.decide": {"decision": "approve", "comment": "yes"},
    "connections_api.change_connection": {"name": "x"},
    "connections_api.rotate": {"values": {"token": "x"}},
    "customers.add": {
        "name": "x",
        "kind": "customer",
        "plan": "<plan>",
        "template": "<tenant_template>",
    },
    "tenant_templates.new": {"?": {"model": "<organisation>"}},
    "tenant_templates.make": {"name": "x", "model": "<organisation>", "part": "workflow/x"},
    "tenant_templates.change": {"name": "x", "plan": "<plan>", "revision": "1"},
    "tenant_templates.take_again": {"model": "<organisation>", "part": "workflow/x"},
    "tenant_templates.stand": {"verb": "remove"},
    "tenant_templates.offer": {"customer": "<organisation>"},
    "tenant_templates_api.list_parts": {"?": {"model_id": "<organisation>"}},
    "tenant_templates_api.make_template": {
        "name": "x",
        "model_id": "<organisation>",
        "parts": ["workflow/x"],
    },
    "tenant_templates_api.change_template": {"plan_ids": ["<plan>"]},
    "tenant_templates_api.take_again": {"model_id": "<organisation>", "parts": ["workflow/x"]},
    "tenant_templates_api.offer": {"organisation_id": "<organisation>"},
    "customers.move": {"parent_id": "<organisation>"},
    "customers.rename": {"name": "x"},
    "environments.bring": {"item": "workflow:x", "step": "plan"},
    "environments_api.plan": {
        "from": "<environment>",
        "items": [{"kind": "workflow", "key": "x"}],
    },
    "environments_api.promote": {
        "from": "<environment>",
        "items": [{"kind": "workflow", "key": "x"}],
    },
    "exchange.export_many": {"flow": "<flow>"},
    "flow_control_api.act_on_many": {"action": "pause", "ids": ["<flow>"]},
    "flow_control_api.diff": {"?": {"with": "draft"}},
    "flow_control_api.try_alone": {"from_run": "<run>"},
    "flow_exchange_api.export_many": {"?": {"ids": "<flow>"}},
    "flows_api.put_draft": _FLOW,
    "inventory_api.add_relation": {
        "from": "<resource_key>",
        "to": "<resource_key>",
        "kind": "connects",
    },
    "inventory_api.list_relations": {"?": {"of": "<resource_key>"}},
    "keeping.act_on_many": {"flow": "<flow>", "action": "pause"},
    "lookups.save_row": {"row": "<row>", "key": "k", "cell-0": "x"},
    "lookups.show_table": {"?": {"row": "<row>"}},
    "maintenance_api.save_window": _WINDOW,
    "many.ask": {"?": {"to": "suspended", "id": "<organisation>"}},
    "many.begin": {"to": "suspended", "id": "<organisation>", "reason": "x"},
    "many.export": {"?": {"id": "<organisation>"}},
    "messages_api.send_message": {"correlation": "x", "body": {}},
    "network_map.show_panel": {"?": {"key": "<resource_key>"}},
    "packs_api.install": {"consent": True},
    "organisations_api.change_organisation": {"name": "x"},
    "organisations_api.transition": {"to": "suspended", "reason": "x"},
    "plans_api.change_plan": {"name": "x"},
    "plans_api.preview_plan": {"?": {"to": "<plan>"}},
    "plans_api.put_on": {"plan_id": "<plan>"},
    "usage_api.set_cap_of_customer": {"cents": 1},
    "palette.bring": {"digest": "<digest>"},
    "runs.act_on_many": {"run": "<run>", "action": "cancel"},
    "runs.list_runs": {"?": {"flow": "<flow>"}},
    "runs.show_value": {"?": {"step": "ask", "part": "output"}},
    "runs_api.act_on_many": {"action": "cancel", "ids": ["<run>"]},
    "runs_api.list_runs": {"?": {"flow": "<flow>"}},
    "scim.patch_group": {"Operations": [{"op": "add", "path": "members", "value": _USER}]},
    "scim.patch_user": {"Operations": [{"op": "replace", "path": "active", "value": False}]},
    "scim.replace_group": {"members": _USER},
    "scim.replace_user": {"userName": "x@example.com", "active": False},
    "sources_api.change_source": {"name": "x"},
    "members_api.change_role": {"role": "viewer"},
    "membership.change_role": {"role": "viewer"},
    "together.merge": {"json": {"document": _FLOW, "revision": 1}},
    "trial_data.keep": {"run": "<run>", "name": "x"},
    "trial_data.pin": {"run": "<run>"},
    "trial_data.show_value": {"?": {"run": "<run>", "part": "output"}},
    "trials.start_trial": {"source": "run", "run": "<run>", "input": "<input>", "effects": "none"},
    "workflows.put_draft": {"json": {"document": _FLOW, "revision": 1}},
    "tmf632_v4.create_organization": {"name": "x", "relatedParty": [{"id": "<organisation>"}]},
    "tmf632_v4.patch_organization": {"status": "closed"},
    "tmf669_v4.create_role": {"name": "customer", "engagedParty": {"id": "<organisation>"}},
    "tmf669_v4.patch_role": {"status": "suspended", "statusReason": "x"},
    **{
        f"tmf642_{version}.create_task_{verb}": {"@type": "x", **said}
        for version in ("v4", "v5")
        for verb, said in _TASKS.items()
    },
}
"""What goes with a request: a form of a page, JSON of a program; `?` is its query."""

ALIKE = {
    **market_routes.ALIKE,
    "alarm_list.act_on_many": "tells how many of those named were done: none",
    "alarm_list.restore_view": "tells on the list what could not be brought back",
    "alarm_list.undo": "tells on the list what could not be undone",
    "alarms.list_alarms": "lists those of one's own that fit: none",
    "alarms_api.list_alarms": "lists those of one's own that fit: none",
    "alarms_api.operate_many": "tells of each id that there is no such alarm",
    "flow_control_api.act_on_many": "tells of each id that there is no such workflow",
    "keeping.act_on_many": "tells on the list how many were done: none",
    "runs.act_on_many": "tells on the list how many were done: none",
    "inventory_api.list_relations": "lists those of one's own that fit: none",
    "runs.list_runs": "lists those of one's own that fit: none",
    "runs_api.list_runs": "lists those of one's own that fit: none",
    "source_faults.dismiss_one": "leads on to the list: nothing is there to dismiss",
    "runs.retry": "leads to the run's address, which answers as for none",
    "runs_api.act_on_many": "tells of each id that there is no such run",
    "where_used.show_uses_of_block": "tells who of one's own uses a public name: nobody",
    "where_used_api.list_uses_of_block": "tells who of one's own uses a public name: nobody",
    **{
        f"tmf642_{version}.create_task_{verb}": "the task tells of each id that it was not found"
        for version in ("v4", "v5")
        for verb in _TASKS
    },
}
"""What answers below 400 for what is not there, alike for what is another's; and why."""
