"""The addresses of a search: what is asked now, with one thing of it otherwise. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from marketplace.search.model import FACETS, FacetValue, Query, Sort

SORTS: Mapping[Sort, str] = {
    Sort.MOST_USED: "Most used",
    Sort.NEWEST: "Newest",
    Sort.NAME: "Name",
}
"""Orders to choose; by what fits best is the one that is not chosen."""


def asked(query: Query) -> dict[str, Any]:
    """Write a query as the parts of its address.

    >>> asked(Query(text="fan", chosen={"kind": frozenset({"pack"})}))
    {'q': 'fan', 'kind': ['pack']}
    """
    parts: dict[str, Any] = {"q": query.text} if query.text else {}
    parts |= {name: sorted(query.chosen[name]) for name in FACETS if query.chosen.get(name)}
    return parts | ({"sort": query.sort.value} if query.sort else {})


def toggled(query: Query, facet: str, value: FacetValue) -> dict[str, Any]:
    """Write the query with a value of a facet chosen, or no longer."""
    now = query.chosen.get(facet, frozenset())
    then = now - {value.value} if value.is_chosen else now | {value.value}
    parts = {name: found for name, found in asked(query).items() if name != facet}
    return parts | ({facet: sorted(then)} if then else {})


def without(query: Query, facets: Collection[str]) -> Query:
    """Give the query with nothing chosen of some facets."""
    kept = {name: found for name, found in query.chosen.items() if name not in facets}
    return replace(query, chosen=kept)


def without_facets(query: Query) -> dict[str, Any]:
    """Write the query with nothing chosen of any facet."""
    return {name: found for name, found in asked(query).items() if name not in FACETS}


def chosen_values(
    facets: Mapping[str, tuple[FacetValue, ...]],
) -> list[tuple[str, FacetValue]]:
    """List what is chosen of all facets, each with the name of its facet."""
    return [(name, one) for name, values in facets.items() for one in values if one.is_chosen]
