"""Every endpoint of Garland, and how it could come to name another tenant's thing.

A new route needs its name here, and whoever adds it says by that how it is crawled: by the ids in
its address (BY_ID: `tests.isolation.routes.IDS` says of which thing each is), without any (PLAIN:
a new one that takes ids in its query or
body also needs a line in SENT), or not at all, with the reason (OPEN).
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.isolation.versions import VERSIONS_BY_ID, VERSIONS_PLAIN

BY_ID = {
    **VERSIONS_BY_ID,
    "alarm_list": "show_panel change_view delete_view restore_view",
    "alarms": "show_alarm operate regroup",
    "alarms_api": "get_alarm change_alarm operate get_history",
    "announced": "show give_calendar dismiss plan_window",
    "announcements_api": (
        "get_received get_announcement change_announcement delete_announcement publish withdraw "
        "bring_back end add_update"
    ),
    "announcing": "show edit change publish withdraw bring_back end add_update copy delete",
    "approvals": "show_approval decide",
    "archives": "remove take",
    "approvals_api": "get_approval decide",
    "backtests_api": "backtest",
    "block_pictures": "show_icon show_picture",
    "blocks": (
        "show_block take_back_upgrade change_install preview_upgrade apply_upgrade "
        "show_package install download_parts"
    ),
    "blocks_api": (
        "take_back_upgrade get_install uninstall hold release preview_upgrade apply_upgrade "
        "get_parts"
    ),
    "calendars": "show_calendar save_calendar delete_calendar import_holidays",
    "calendars_api": "get_calendar save_calendar delete_calendar import_holidays get_state",
    "curating_api": (
        "get_rule set_rule remove_rule get_offer set_offer remove_offer get_bundle set_bundle "
        "remove_bundle get_private set_private remove_private"
    ),
    "connections": (
        "show_connection save_connection delete_connection rotate ask test undo_rotation"
    ),
    "connections_api": (
        "get_connection change_connection delete_connection rotate test undo_rotation list_uses"
    ),
    "custom_roles": "change_role delete_role show_role",
    "customers": "invite_again move rename show show_next",
    "deletions": "ask ask_for cancel show take_certificate",
    "many": "show go_on undo",
    "brand_editing": "decide",
    "plans": "ask_plan put_on set_cap edit_plan change_plan stand",
    "data": "offer_data try_text",
    "decisions_api": "export import_over evaluate findings",
    "delegation": "confirm end grant mark_seen refuse withdraw",
    "environments": "choose bring untie_environment answer_promotion download_earlier",
    "environments_api": "list_live answer",
    "exchange": "export show_import apply",
    "flow_control_api": (
        "delete copy get_settings patch_settings publish_draft try_alone bring_back diff "
        "restore retire"
    ),
    "flow_exchange_api": "export",
    "flows_api": "get_flow pause get_draft put_draft list_problems list_versions get_version",
    "gallery": "show_template use picture try_template remove",
    "going_live": "show_request answer_request ask_for_rule ask_for_flow",
    "going_live_api": "ask_for_flow get_request approve refuse withdraw ask_for_rule",
    "guide": "show_next",
    "history": (
        "restore_draft show_state compare_states list_versions bring_back show_diff restore retire"
    ),
    "identity_providers": (
        "prove_domain remove save_provider show_provider show_tried switch try_it"
    ),
    "impact_api": "report own",
    "inspecting": "inspect_whole",
    "intake_api": "resync_source",
    "inventory": (
        "show_resource save_resource delete_resource edit_resource add_relation "
        "drop_relation find_resource show_import apply"
    ),
    "inventory_api": "show_import apply drop_relation get_resource put_resource delete_resource",
    "invitations": "revoke send_again",
    "invitations_api": "revoke send_again",
    "keeping": "copy ask_delete delete",
    "listened": "show_listening set_up",
    "listeners": "pause remove resume",
    "plans_api": (
        "get_plan change_plan retire_plan offer_plan delete_plan list_on_plan get_plan_of "
        "preview_plan put_on"
    ),
    "tmf635": "show_usage show_specification",
    "usage_api": "get_cap_of set_cap_of_customer",
    "lookups": "show_table delete_table export_csv import_csv save_row delete_row",
    "maintenance": "show_window save_window remove_window edit_window end_window",
    "maintenance_api": "get_window save_window remove_window end_window",
    "market_money_api": "withdraw_price withdraw_share give_credit reverse_charge",
    "members_api": "change_role get_member remove_member",
    "membership": "change_role remove_member",
    "messages_api": "send_message",
    "organisations_api": (
        "change_organisation invite_first_admin list_history show_organisation transition"
    ),
    "own_templates": "ask_template keep",
    "packs": "show_pack leave look install look_at_removal drop_version",
    "packs_api": "get_pack remove install look look_at_removal undo drop_version",
    "publishing": "show_plan publish go_back",
    "releases_api": (
        "get_publisher add_key revoke_key get_release change_release answer withdraw deprecate "
        "restore change_draft"
    ),
    "reviews_api": ("decide_claim get_review get_difference get_package ask decide list_publicly"),
    "reviews": "decide_claim show take_package ask decide list_publicly",
    "rights": "of_grant of_member of_token",
    "rule_firings": "list_firings",
    "rule_links": "small_picture list_starting",
    "rule_versions": "copy delete list_versions show_diff restore",
    "rule_versions_api": "delete list_versions get_version diff restore",
    "rules": "edit_rule save_rule set_mode",
    "rules_api": "get_rule put_rule publish_rule",
    "rules_asked": "ask_rules",
    "rules_backtested": "show_backtest ask_backtest cancel_backtest",
    "rules_simulated": "show_simulation run_simulation",
    "run_starts_api": "start",
    "recalls_api": "get_recall list_organisations",
    "rollouts_api": "get_rollout list_organisations steer_rollout unfreeze release",
    "runs": "show_run cancel rerun ask_retry retry show_value",
    "runs_api": "get_run cancel rerun retry list_steps",
    "saving": "ask_block save_block",
    "service_imports": "show_import apply",
    "scim": "get_user replace_user patch_user delete_user get_group replace_group patch_group",
    "services": "show_service save_service remove_service edit_service",
    "services_api": (
        "show_import apply get_service save_service remove_service get_availability "
        "list_disturbances"
    ),
    "shared_templates_api": ("get_template get_document change_template share_again take_over"),
    "taken_templates_api": "get_taken preview update let_go",
    "setup": "show_settings save_settings",
    "source_faults": "list_faults dismiss_one retry dismiss_all retry_all",
    "source_mapping": "show_mapping keep_mapping drop preview show_tree",
    "sources": "show_source pause_or_resume delete_source rotate show_settings configure_source",
    "sources_api": "get_source change_source delete_source get_mapping rotate",
    "starting": "ask_start start ask_try try_alone",
    "step_state_api": "list_state clear_state",
    "syslog_rules": "list_rules save_text show_rule save_rule change_order new_rule add_rule",
    "templates_here": "show_here bring put_away",
    "templates_here_api": "look bring",
    "tenant_templates": "show change choose_again take_again stand offer",
    "tenant_templates_api": (
        "get_template change_template remove_template take_again list_customers offer"
    ),
    "tables": "edit_table save_table download_table publish_for_workflows",
    "tenancy": "revoke_token",
    "tmf632_v4": "get_organization patch_organization",
    "tmf669_v4": "get_role patch_role",
    "tmf642_v4": (
        "get_task_ack get_one_alarm patch_alarm delete_alarm get_task_clear "
        "get_task_comment get_task_group get_hub unregister get_task_unack get_task_ungroup"
    ),
    "tmf642_v5": (
        "get_task_ack get_one_alarm patch_alarm delete_alarm get_task_clear "
        "get_task_comment get_task_group get_hub unregister get_task_unack get_task_ungroup"
    ),
    "together": "merge be_present",
    "trial_data": "keep change_input pin show_panel unpin show_value unpin_all",
    "trials": "try_out start_trial show_bar go_on stop ask_trial change_asked list_past",
    "verdicts_api": "explain",
    "webhooks": (
        "list_webhooks make_addresses show_webhook drop_old_secret renew set_secret send_test"
    ),
    "webhooks_api": "list_hooks get_address get_deliveries drop_old_secret renew set_secret",
    "where_used": "show_uses show_uses_of_block",
    "where_used_api": "list_uses list_uses_of_block",
    "workflows": "edit_workflow set_paused show_workflow put_draft save_draft",
}
"""What names things in its address, by blueprint."""

PLAIN = {
    **VERSIONS_PLAIN,
    "market_search_api": "list_listings",
    "keys": "list_keys rotate",
    "brand_editing": "show preview save drop",
    "block_pictures": "show_icons",
    "custom_roles": "create_role list_roles new_role",
    "deletions": "list_all",
    "customers": "add list_all new suggest",
    "many": "ask begin export list_all",
    "delegation": "ask offer set_glass show_access show_glass show_support",
    "identity_providers": "create_provider list_providers new_provider set_demand",
    "invitations": "ask_many invite invite_many list_invitations",
    "invitations_api": "invite list_invitations",
    "market_money": "show_statement export_statement",
    "market_money_api": (
        "list_prices set_price list_shares set_share list_statements show_statement "
        "list_entries export_statement"
    ),
    "members_api": "list_members",
    "membership": "leave list_members set_two_people",
    "organisations_api": "add_organisation list_organisations",
    "rights": "of_me",
    "sign_ins": "set_rules show_rules",
    "sign_ups": "set_open show_policy",
    "alarm_list": "act_on_many export set_look go_on show_trend undo save_view",
    "alarm_policy": "show_policy save_policy",
    "alarm_purge": "show_purge purge_alarms",
    "alarm_purge_api": "purge_alarms",
    "alarms": "list_alarms",
    "alarms_api": "list_alarms operate_many get_policy patch_policy",
    "announced": "list_all show_line show_now",
    "announcements_api": "list_announcements write_announcement list_received",
    "announcing": "list_all new write",
    "recalls_api": "list_recalls recall list_received",
    "rollouts_api": "list_rollouts begin_rollout list_freezes freeze list_holds hold",
    "approvals": "list_approvals",
    "archives": "show ask",
    "approvals_api": "list_approvals",
    "audit": "choose_keeping export show_audit verify_now",
    "audit_api": "export list_entries verify_chain",
    "blocks": "list_blocks upload_package",
    "blocks_api": "list_blocks list_installs install upload_package",
    "calendars": "list_calendars create_calendar new_calendar",
    "calendars_api": "list_calendars create_calendar",
    "catalogue_api": "list_offers resolve list_bundles",
    "curating_api": ("get_overlay change_overlay list_rules list_offers list_bundles list_private"),
    "clipboard": "read_copied",
    "connections": "list_connections take new_connection create_connection",
    "connections_api": "list_connections create_connection",
    "data": "offer_alarm",
    "decisions_api": "import_new",
    "environments": "list_environments add_environment",
    "environments_api": "list_environments add_environment promote list_promotions plan",
    "exchange": "export_many start_import stage",
    "flow_control_api": "act_on_many",
    "flow_exchange_api": "export_many import_file",
    "flows_api": "list_flows create_flow",
    "gallery": "list_templates",
    "going_live": "list_requests show_policy save_policy",
    "going_live_api": "list_requests get_policy patch_policy",
    "guide": "show_guide put remove_samples send_samples",
    "home": "tenant_home",
    "inspecting": "inspect_node",
    "intake_api": "send_alarms",
    "inventory": "list_resources create_resource export start_import stage new_resource",
    "inventory_api": "stage list_relations add_relation list_resources",
    "keeping": "act_on_many",
    "limits": "show_limits change_retention",
    "usage": "show_use export_days export_month set_cap show_customers export_customers",
    "limits_api": "list_limits change_limits",
    "listeners": "list_listeners add_listener",
    "live": "stream",
    "lookups": "list_tables create_table",
    "maintenance": "list_windows plan_window import_file new_window start_now",
    "maintenance_api": "list_windows plan_window",
    "network_map": "show_map show_panel",
    "opened": "show_opened",
    "packs": "list_packs bring",
    "packs_api": "list_packs bring",
    "plans": "list_plans new_plan make_plan choose_warnings",
    "palette": "give_palette show_catalogue bring mark",
    "releases_api": "list_publishers claim list_releases submit list_drafts",
    "reviews_api": "list_claims list_reviews",
    "reviews": "list_queue",
    "renaming": "look",
    "rule_hits": "show_hits",
    "rules": "list_rules new_rule create_rule",
    "rules_api": "list_rules create_rule",
    "runs": "list_runs act_on_many",
    "runs_api": "list_runs act_on_many count_runs",
    "scim": "list_users create_user list_groups",
    "scim_discovery": (
        "get_config get_resource_type get_schema list_resource_types list_schemas refuse"
    ),
    "service_imports": "start_import stage",
    "services": "list_services add_service new_service month_as_csv",
    "services_api": "stage list_services add_service",
    "shared_templates_api": "list_templates check_draft share",
    "taken_templates_api": "list_taken",
    "simulations_api": "simulate",
    "sources": "list_sources create_source new_source",
    "sources_api": "list_sources create_source",
    "storms": "show_protection save_protection",
    "storms_api": "get_protection save_protection",
    "tables": "import_page import_table new_table create_table",
    "templates_here": "list_here",
    "templates_here_api": "list_here",
    "tenancy": "list_tokens create_token",
    "tenant_templates": "list_all new make",
    "tenant_templates_api": "list_templates list_parts make_template",
    "tenancy_api": "list_tokens",
    "tidying": "tidy",
    "tmf632_v4": "create_organization list_organizations refuse",
    "tmf669_v4": "create_role list_roles refuse",
    "tmf642_v4": (
        "refuse list_tasks_ack create_task_ack list_alarms create_alarm list_tasks_clear "
        "create_task_clear list_tasks_comment create_task_comment list_tasks_group "
        "create_task_group register list_tasks_unack create_task_unack list_tasks_ungroup "
        "create_task_ungroup"
    ),
    "tmf642_v5": (
        "refuse list_tasks_ack create_task_ack list_alarms create_alarm list_tasks_clear "
        "create_task_clear list_tasks_comment create_task_comment list_tasks_group "
        "create_task_group register list_tasks_unack create_task_unack list_tasks_ungroup "
        "create_task_ungroup"
    ),
    "brand_api": "get_brand put_brand drop_brand put_picture drop_picture",
    "plans_api": "list_plans make_plan",
    "usage_api": "show_use show_customers export_month get_cap set_cap",
    "tmf635": "list_usages list_specifications document refuse",
    "trap_entry": "delete_trap show_trap save_trap upload_traps",
    "traps": "list_traps list_received try_trap",
    "trends": "show_trends",
    "workflows": "list_workflows create_workflow",
}
"""What has no id in its address, by blueprint."""

OPEN = {
    "brand.picture": "shown before anybody signs in, by its digest",
    "brand.preview_style": "the colours are in its address",
    "brand.style": "shown before anybody signs in, by its digest",
    "home.index": "leads on to where the person belongs",
    "hooks.deliver": "its key is the credential",
    "hooks.shake_hands": "its key is the credential",
    "intake_api.send_to_source": "its key is the credential",
    "market_search_api.get_one": "a public listing is nobody's own",
    "operations.healthz": "says of no tenant anything",
    "operations.metrics": "for this machine alone, or with a token of its own",
    "operations.readyz": "says of no tenant anything",
    "reference.contract": "the same for everybody",
    "reference.document": "the same for everybody",
    "reference.list_schemas": "the same for everybody",
    "reference.page": "the same for everybody",
    "reference.schema": "the same for everybody",
    "account.add_passkey": "one's own account, in no organisation",
    "account.ask_passkey": "one's own account, in no organisation",
    "account.begin_app": "one's own account, in no organisation",
    "account.change_name": "one's own account, in no organisation",
    "account.change_password": "one's own account, in no organisation",
    "account.confirm_app": "one's own account, in no organisation",
    "account.end_others": "one's own account, in no organisation",
    "account.end_session": "one's own account, in no organisation",
    "account.remove_app": "one's own account, in no organisation",
    "account.remove_passkey": "one's own account, in no organisation",
    "account.renew_codes": "one's own account, in no organisation",
    "account.show_account": "one's own account, in no organisation",
    "account.show_app": "one's own account, in no organisation",
    "account.show_needed": "one's own account, in no organisation",
    "addresses.ask_new_password": "before anybody acts",
    "addresses.ask_to_change": "one's own account, in no organisation",
    "addresses.ask_to_verify": "one's own account, in no organisation",
    "addresses.choose_password": "the key of a mailed link is the credential",
    "addresses.confirm": "the key of a mailed link is the credential",
    "addresses.show_address": "one's own account, in no organisation",
    "addresses.show_confirm": "the key of a mailed link is the credential",
    "addresses.show_forgotten": "before anybody acts",
    "addresses.show_new_password": "the key of a mailed link is the credential",
    "addresses.take_address_key": "the key of a mailed link is the credential",
    "addresses.take_password_key": "the key of a mailed link is the credential",
    "identity.ask_organisation": "before anybody acts",
    "identity.ask_password": "before anybody acts",
    "identity.confirm": "before anybody acts",
    "identity.find_organisation": "before anybody acts",
    "identity.go": "before anybody acts",
    "identity.show_needed": "before anybody acts",
    "identity.take_answer": "before anybody acts",
    "identity_after.ask_code": "one's own session",
    "identity_after.check_code": "one's own session",
    "identity_after.leave_there": "after nobody acts any more",
    "identity_after.show_left": "after nobody acts any more",
    "joining.accept": "the key of an invitation is the credential",
    "joining.accept_as_new": "the key of an invitation is the credential",
    "joining.leave": "the key of an invitation is the credential",
    "joining.show_offer": "the key of an invitation is the credential",
    "joining.take_key": "the key of an invitation is the credential",
    "sign_ups.ask": "before anybody acts",
    "sign_ups.finish": "before anybody acts",
    "sign_ups.show_form": "before anybody acts",
    "sign_ups.show_last_step": "before anybody acts",
    "sign_ups.take_key": "before anybody acts",
    "sign_ins.ask_code": "before anybody acts",
    "sign_ins.ask_passkey": "before anybody acts",
    "sign_ins.check_code": "before anybody acts",
    "sign_ins.check_passkey": "before anybody acts",
    "static": "the same for everybody",
    "sign_ins.check_sign_in": "before anybody acts",
    "sign_ins.sign_in": "before anybody acts",
    "sign_ins.sign_out": "ends what is one's own",
}
"""What is open to everybody, and why that tells nothing."""


def named(table: Mapping[str, str]) -> set[str]:
    """Give the whole names of the endpoints of a table."""
    return {f"{blueprint}.{view}" for blueprint, views in table.items() for view in views.split()}
