"""Every page of Garland by the endpoint that gives it, and what is no page and why.

An address of a tenant's begins with what follows `/t/acme`; `{name}` is an id of one thing in the
demo world, as `tests.support.one_of_each` finds or makes it. A test compares the two tables with
the application's addresses, so that a new page is looked at like the others.
"""

from __future__ import annotations

from collections.abc import Mapping

PAGES: dict[str, tuple[str, ...]] = {
    "alarm_list.show_panel": ("/alarms/{alarm}/panel",),
    "alarm_list.show_trend": ("/alarms/trend",),
    "alarm_policy.show_policy": ("/alarms/policy",),
    "alarm_purge.show_purge": ("/alarms/purge",),
    "alarms.list_alarms": ("/alarms", "/alarms?state=all", "/alarms?q=nothing-is-called-so"),
    "alarms.show_alarm": ("/alarms/{alarm}",),
    "approvals.list_approvals": ("/approvals",),
    "approvals.show_approval": ("/approvals/{approval}",),
    "blocks.list_blocks": ("/blocks",),
    "blocks.preview_upgrade": ("/blocks/installs/{install}/upgrade",),
    "blocks.show_block": ("/blocks/garland.branch", "/blocks/pages.say"),
    "blocks.show_package": ("/blocks/packages/{package}",),
    "calendars.list_calendars": ("/calendars",),
    "calendars.new_calendar": ("/calendars/new",),
    "calendars.show_calendar": ("/calendars/{calendar}",),
    "connections.list_connections": ("/connections",),
    "connections.new_connection": ("/connections/new", "/connections/new?kind=oauth2_client"),
    "connections.show_connection": ("/connections/{connection}",),
    "connections.take": ("/connections/consent",),
    "data.offer_alarm": ("/data/alarm",),
    "environments.choose": ("/environments/{environment}/bring",),
    "environments.list_environments": ("/environments",),
    "exchange.show_import": ("/workflows/import/{workflow_import}",),
    "exchange.start_import": ("/workflows/import",),
    "gallery.list_templates": ("/workflows/templates",),
    "gallery.show_template": ("/workflows/templates/fibre-cut",),
    "going_live.ask_for_flow": ("/workflows/{flow}/ask-to-publish",),
    "going_live.ask_for_rule": ("/rules/{rule}/ask-to-publish",),
    "going_live.list_requests": ("/publish-requests",),
    "going_live.show_policy": ("/publishing-policy",),
    "going_live.show_request": ("/publish-requests/{request}",),
    "guide.show_guide": ("/guide",),
    "guide.show_next": ("/workflows/{flow}/next-steps",),
    "history.compare_states": ("/workflows/{flow}/states/draft/diff",),
    "history.list_versions": ("/workflows/{flow}/versions",),
    "history.show_diff": ("/workflows/{flow}/versions/1/diff",),
    "history.show_state": ("/workflows/{flow}/states/v1",),
    "home.tenant_home": ("/",),
    "inventory.edit_resource": ("/inventory/{resource}/edit",),
    "inventory.list_resources": ("/inventory",),
    "inventory.new_resource": ("/inventory/new",),
    "inventory.show_import": ("/inventory/imports/{inventory_import}",),
    "inventory.show_resource": ("/inventory/{resource}",),
    "inventory.start_import": ("/inventory/imports",),
    "keeping.ask_delete": ("/workflows/{flow}/delete",),
    "keys.list_keys": ("/keys",),
    "limits.show_limits": ("/limits",),
    "listened.show_listening": ("/sources/{snmp}/listening", "/sources/{syslog}/listening"),
    "listeners.list_listeners": ("/listeners",),
    "lookups.list_tables": ("/look-up-tables",),
    "lookups.show_table": ("/look-up-tables/{look_up_table}",),
    "maintenance.edit_window": ("/maintenance/{window}/edit",),
    "maintenance.list_windows": ("/maintenance",),
    "maintenance.new_window": ("/maintenance/new",),
    "maintenance.show_window": ("/maintenance/{window}",),
    "network_map.show_map": ("/map",),
    "network_map.show_panel": ("/map/panel?key=core-zrh",),
    "opened.show_opened": ("/workflows/opened?trail=take-care-of-a-critical-alarm",),
    "own_templates.ask_template": ("/workflows/{flow}/template",),
    "packs.list_packs": ("/packs",),
    "packs.look": ("/packs/garland.alarms/plan",),
    "packs.look_at_removal": ("/packs/{pack}/removal",),
    "packs.show_pack": ("/packs/garland.alarms", "/packs/{pack}"),
    "palette.show_catalogue": ("/palette/catalogue", "/palette/catalogue?q=webhook"),
    "publishing.show_plan": ("/workflows/{changed}/publish",),
    "reference.list_schemas": ("//schemas/",),
    "reference.page": ("//reference",),
    "rule_firings.list_firings": ("/rules/{rule}/firings",),
    "rule_hits.show_hits": ("/rules/hits",),
    "rule_links.list_starting": ("/workflows/{flow}/starting-rules",),
    "rule_versions.list_versions": ("/rules/{rule}/versions",),
    "rule_versions.show_diff": ("/rules/{rule}/versions/1/diff",),
    "rules.edit_rule": ("/rules/{rule}", "/rules/{rule}?as=text"),
    "rules.list_rules": ("/rules",),
    "rules.new_rule": ("/rules/new",),
    "rules_asked.ask_rules": ("/alarms/{alarm}/rules",),
    "rules_backtested.show_backtest": ("/rules/{rule}/backtest",),
    "rules_simulated.show_simulation": ("/rules/{rule}/simulate",),
    "runs.ask_retry": ("/runs/{failed_run}/retry?step={failed_step}",),
    "runs.list_runs": ("/runs", "/runs?state=failed"),
    "runs.show_run": ("/runs/{run}", "/runs/{failed_run}"),
    "runs.show_value": ("/runs/{large_run}/value?step=note&part=output",),
    "saving.ask_block": ("/workflows/{flow}/block",),
    "service_imports.show_import": ("/services/imports/{service_import}",),
    "service_imports.start_import": ("/services/imports",),
    "services.edit_service": ("/services/{service}/edit",),
    "services.list_services": ("/services",),
    "services.new_service": ("/services/new",),
    "services.show_service": ("/services/{service}",),
    "setup.show_settings": ("/workflows/{flow}/settings",),
    "source_faults.list_faults": ("/sources/{json}/faults",),
    "source_mapping.show_mapping": ("/sources/{json}/mapping",),
    "sources.list_sources": ("/sources",),
    "sources.new_source": ("/sources/new",),
    "sources.show_settings": ("/sources/{syslog}/settings",),
    "sources.show_source": ("/sources/{json}", "/sources/{snmp}"),
    "starting.ask_start": ("/workflows/{started}/start",),
    "starting.ask_try": ("/workflows/{flow}/steps/site/try",),
    "storms.show_protection": ("/storm-protection",),
    "syslog_rules.list_rules": ("/sources/{syslog}/rules",),
    "syslog_rules.new_rule": ("/sources/{syslog}/rules/new",),
    "syslog_rules.show_rule": ("/sources/{syslog}/rules/0",),
    "tables.edit_table": ("/rules/tables/{table}",),
    "tables.import_page": ("/rules/tables/import",),
    "tables.new_table": ("/rules/tables/new",),
    "tenancy.list_members": ("/members",),
    "tenancy.list_tokens": ("/tokens",),
    "tenancy.sign_in": ("//sign-in",),
    "trap_entry.show_trap": ("/traps/entry",),
    "traps.list_received": ("/traps/received",),
    "traps.list_traps": ("/traps",),
    "traps.try_trap": ("/traps/try",),
    "trends.show_trends": ("/alarms/trends",),
    "trial_data.show_panel": ("/workflows/{flow}/steps/site/test",),
    "trial_data.show_value": ("/workflows/{flow}/steps/site/value?part=output&run={run}",),
    "trials.ask_trial": ("/workflows/{flow}/trials/ask",),
    "trials.list_past": ("/workflows/{flow}/trials/past",),
    "trials.show_bar": ("/workflows/{flow}/trials/{trial}",),
    "webhooks.list_webhooks": ("/workflows/{started}/webhooks",),
    "webhooks.show_webhook": ("/workflows/{started}/webhooks/{trigger}",),
    "where_used.show_uses": ("/used-by/workflow/{flow}", "/used-by/calendar/{calendar}"),
    "where_used.show_uses_of_block": ("/used-by/block/garland.branch/1.0.0",),
    "workflows.edit_workflow": ("/workflows/{flow}", "/workflows/{empty}"),
    "workflows.list_workflows": ("/workflows",),
    "workflows.show_workflow": ("/workflows/{flow}/details",),
}

NO_PAGES: dict[str, str] = {
    "alarm_list.export": "a file",
    "blocks.download_parts": "a file",
    "environments.download_earlier": "a file",
    "exchange.export": "a file",
    "gallery.picture": "a picture",
    "home.index": "leads on to the tenant's home",
    "hooks.shake_hands": "for machines",
    "inventory.export": "a file",
    "inventory.find_resource": "leads on to the resource",
    "live.stream": "for the page's script",
    "lookups.export_csv": "a file",
    "operations.healthz": "for machines",
    "operations.metrics": "for machines",
    "operations.readyz": "for machines",
    "palette.give_palette": "for the page's script",
    "reference.schema": "a file",
    "rule_links.small_picture": "a picture",
    "services.month_as_csv": "a file",
    "static": "files",
    "tables.download_table": "a file",
    "workflows.block_icon": "a picture",
    "workflows.block_picture": "a picture",
}
"""What is fetched by address and shows no page."""

MACHINES = ("/api/", "/tmf-api/")
"""How the addresses of programs begin."""

WITHOUT_FRAME = {"alarm_list.show_trend", "data.offer_alarm", "guide.show_next"} | {
    "palette.show_catalogue",
    "rule_links.list_starting",
}
"""What is only ever a part of another page: it is judged where it is shown."""


DRAWN = ("/workflows", "/rules", "/blocks", "/packs", "/guide")
"""How the addresses begin where workflows and rules are made."""


def address_of(pattern: str, ids: Mapping[str, str]) -> str:
    """Fill an address of PAGES with ids."""
    filled = pattern.format_map(ids)
    return filled[1:] if filled.startswith("//") else f"/t/acme{filled}"


def pages(*, drawn: bool | None = None) -> list[str]:
    """List the addresses of whole pages, unfilled: all, or where workflows and rules are made."""
    whole = [one for name, some in PAGES.items() if name not in WITHOUT_FRAME for one in some]
    return [one for one in whole if drawn is None or one.startswith(DRAWN) is drawn]
