"""The endpoints of catalogues' pages and of wishes: how each is crawled."""

from __future__ import annotations

BY_ID = {
    "catalogue_bundles": "show_bundle remove_bundle bring_back",
    "catalogue_explained": "explain",
    "catalogue_offers": "show preview save let_go bring_back",
    "catalogue_own": "show_own decide offer",
    "catalogue_rules": "show_rule ask_removal remove_rule bring_back",
    "wishes": "take_back show_asked answer",
    "wishes_api": "get_wish take_back answer",
}
PLAIN = {
    "catalogue": "list_offered list_kept_back ask_default set_default",
    "catalogue_bundles": "list_bundles new_bundle set_bundle",
    "catalogue_own": "list_own submit set_eyes take_away",
    "catalogue_rules": "list_rules new_rule look set_rule",
    "wishes": "ask send list_asked",
    "wishes_api": "list_wishes ask list_asked",
}
