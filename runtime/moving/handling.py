"""What becomes of each table when an organisation moves: one list, compared with the tables. Pure.

A table that belongs to organisations and stands in none of these fails a test, so that whoever
adds one decides. The numbers that count through all organisations of an installation are named
here as well: they are taken from elsewhere when a row moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MOVED = frozenset(
    [
        "alarm",
        "alarm_day",
        "alarm_history",
        "alarm_hold",
        "alarm_hour",
        "alarm_policy",
        "alarm_ticket",
        "alarm_view",
        "approval",
        "approval_right",
        "approval_vote",
        "blob",
        "blob_use",
        "block_install",
        "calendar",
        "condition",
        "connection",
        "custom_role",
        "draft_author",
        "draft_revision",
        "earlier_draft",
        "event_wait",
        "firing",
        "flow",
        "flow_template",
        "flow_version",
        "hook",
        "hook_delivery",
        "hook_receipt",
        "intake_fault",
        "inventory_state",
        "journal",
        "kept_value",
        "lookup_row",
        "lookup_table",
        "maintenance_window",
        "organisation_policy",
        "pack_install",
        "pack_part",
        "pinned_step",
        "poll_mark",
        "publish_request",
        "recorded_input",
        "resource",
        "resource_relation",
        "rule",
        "rule_backtest",
        "rule_memory",
        "rule_notice",
        "rule_timer",
        "rule_version",
        "run",
        "schedule_mark",
        "service",
        "service_alarm",
        "service_moment",
        "sign_in_policy",
        "source",
        "source_count",
        "source_listening",
        "source_mapping",
        "source_receipt",
        "source_sender",
        "step_record",
        "storm_protection",
        "storm_scope",
        "tmf_hub",
        "tmf_task",
        "trap_entry",
    ]
)
"""What moves, and what the digest of an organisation is made of."""

_PEOPLE = "people are invited anew where the organisation moves to"
_BRAND = "a brand is chosen anew at the installation that shows it"
_RATED = "it stays at the marketplace whose listings it is about"
_CHARGED = "what was used is counted and charged where it was used"
_OPEN = "a credential or a link that counts at this installation alone"
_AGREED = "agreed between the organisation and whoever looks after it here"
_IDENTITY = "who signs people in is set up anew: the provider knows this installation's addresses"
_AUDIT = "the audit stays where it was vouched for; it has a file of its own to take out"
_PASSING = "passing: made anew when it is needed"
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "alarm_deed": _PEOPLE,
        "announcement": _AGREED,
        "announcement_reach": _AGREED,
        "announcement_seen": _PEOPLE,
        "api_token": _OPEN,
        "audit_chain": _AUDIT,
        "audit_entry": _AUDIT,
        "audit_keeping": _AUDIT,
        "block_first_install": _CHARGED,
        "block_recall": _AGREED,
        "block_upload": "packages are taken in where they are trusted, not brought along",
        "break_glass_policy": _AGREED,
        "organisation_archive": "an export of it, which is kept for a day",
        "organisation_archive_piece": "an export of it, which is kept for a day",
        "deletion": "proof of what was deleted at this installation",
        "customer_change": _AGREED,
        "customer_change_item": _AGREED,
        "data_key": "secrets are sealed by keys of the installation they come to",
        "environment": "an environment is an organisation of its own, and moves by itself",
        "guide_away": _PEOPLE,
        "identity_demand": _IDENTITY,
        "identity_domain": _IDENTITY,
        "identity_provider": _IDENTITY,
        "identity_session": _OPEN,
        "invitation": _OPEN,
        "kept_answer": _PASSING,
        "linked_identity": _PEOPLE,
        "mail": "what is still to be mailed is mailed from here",
        "market_entry": _CHARGED,
        "market_missed": _CHARGED,
        "market_overlay": _AGREED,
        "market_overlay_part": _AGREED,
        "market_own_release": _AGREED,
        "market_own_verdict": _AGREED,
        "market_price": _CHARGED,
        "market_collection": _RATED,
        "market_rating_own": _RATED,
        "market_rating_report": _RATED,
        "market_recall": _AGREED,
        "market_recall_reach": _AGREED,
        "market_recall_run": _AGREED,
        "market_rollout": _AGREED,
        "market_rollout_member": _AGREED,
        "market_rollout_pin": _AGREED,
        "market_rollout_stop": _AGREED,
        "market_shadow": _AGREED,
        "market_shadow_step": _AGREED,
        "market_share": _CHARGED,
        "market_statement": _CHARGED,
        "market_tally": _CHARGED,
        "market_template": _AGREED,
        "market_template_source": _AGREED,
        "market_template_use": _AGREED,
        "market_wish": _AGREED,
        "membership": _PEOPLE,
        "organisation_state_change": "the history of its states at this installation",
        "pack_offer": "packages are taken in where they are trusted, not brought along",
        "palette_memory": _PEOPLE,
        "promotion": "it names an environment, which moves by itself",
        "party_note": _AGREED,
        "scim_user": _PEOPLE,
        "sign_up": _OPEN,
        "sign_up_policy": _AGREED,
        "staged_import": _PASSING,
        "brand": _BRAND,
        "brand_image": _BRAND,
        "plan": _AGREED,
        "plan_use": _AGREED,
        "spend_cap": _AGREED,
        "warning_choice": _AGREED,
        "support_grant": _AGREED,
        "tenant_template": _AGREED,
        "tenant_template_part": _AGREED,
        "tenant_template_plan": _AGREED,
        "tenant_template_use": _AGREED,
        "tenant_template_version": _AGREED,
        "tenant_limits": _AGREED,
        "block_use": _CHARGED,
        "usage_day": _CHARGED,
        "usage_fact": _CHARGED,
        "usage_warning": _CHARGED,
        "tmf_delivery": "what still waits for listeners is sent from here",
    }
)
"""What stays behind, each with the reason that people read."""

ONLY_WHERE: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {"rule_backtest": ("state", ("done", "failed", "cancelled"))}
)
"""Of these tables only the rows move whose column says one of those words."""
ONLY_WITHOUT: Mapping[str, str] = MappingProxyType({"alarm_view": "person_id"})
"""Of these tables only the rows move that name no person."""
ONLY_WITH: Mapping[str, str] = MappingProxyType({"rule_notice": "sent_at"})
"""Of these tables only the rows move that have this; the others are sent from here."""

FORGOTTEN: Mapping[str, Mapping[str, str | int | bool | None]] = MappingProxyType(
    {
        "connection": {
            "before_sealed": None,
            "before_settings": None,
            "before_until": None,
            "token_sealed": None,
            "token_expires_at": None,
            "token_at": None,
            "token_by": "",
            "token_number": 0,
            "refresh_until": None,
            "tested_at": None,
            "test_is_good": False,
            "test_said": "",
        },
        "step_record": {"withheld": None},
    }
)
"""Columns that do not move, and what stands in them afterwards.

Tokens are asked for anew, and how a test went at one installation says nothing of another. What
a provider hides from its customer does not leave with the customer.
"""

SECRET: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "connection": ("sealed",),
        "source": ("key_sealed", "key_digest"),
        "hook": (
            "key_sealed",
            "key_digest",
            "key_made_at",
            "secret_sealed",
            "secret_made_at",
            "old_secret_sealed",
            "old_secret_until",
        ),
    }
)
"""Columns that move only under a passphrase, with what belongs to them."""
SEALED_DOCUMENTS: Mapping[str, str] = MappingProxyType({"source_listening": "config"})
"""Documents that hold sealed texts, under names that end in `_sealed`."""

COUNTERS: Mapping[str, str] = MappingProxyType(
    {"journal": "seq", "alarm_history": "seq", "service_moment": "seq"}
)
"""Tables whose rows are numbered through all organisations of an installation."""
NUMBERED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "journal": {"seq": "journal"},
        "alarm": {"last_seq": "journal"},
        "firing": {"seq": "journal"},
        "rule_timer": {"seq": "journal"},
        "alarm_history": {"seq": "alarm_history"},
        "service_moment": {"seq": "service_moment"},
    }
)
"""Columns that hold such a number, and whose it is."""
