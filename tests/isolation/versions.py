"""The endpoints of new versions, roll-outs, recalls and shadow runs; part of `endpoints`."""

from __future__ import annotations

VERSIONS_BY_ID = {
    "rollouts": "plan begin show show_lines steer",
    "rollout_holds": "release",
    "recalls": "ask make show",
    "market_versions": "show unfreeze",
    "shadow": "show_below ask_below stop_below show_own ask_own stop_own",
    "shadow_api": "get_below cancel_below get_own cancel_own",
}
VERSIONS_PLAIN = {
    "rollouts": "list_all choose",
    "rollout_holds": "list_all hold",
    "recalls": "list_all choose",
    "market_versions": "list_all list_recalls freeze",
    "shadow_api": "ask_below ask_own",
}
