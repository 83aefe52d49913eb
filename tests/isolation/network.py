"""The endpoints of ratings, leaders and collections; see `endpoints`."""

from __future__ import annotations

NETWORK_BY_ID = {
    "market_collections": "show_collection edit_collection change_collection remove_collection",
    "market_collections_api": "get_collection change_collection remove_collection",
    "market_ratings": "show_ratings rate take_back answer report",
    "market_ratings_api": (
        "get_rating rate take_back list_ratings answer report hide show_again leave"
    ),
    "market_reported": "hide leave show_again",
    "market_together_api": "show_works_with",
}
NETWORK_PLAIN = {
    "market_collections": "list_collections new_collection make_collection",
    "market_collections_api": "list_collections make_collection",
    "market_leaders": "show_leaders",
    "market_leaders_api": "show_leaders",
    "market_ratings_api": "list_reported",
    "market_reported": "list_reported",
}
