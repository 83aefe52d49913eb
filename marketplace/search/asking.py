"""What an address asks of the search: words, facets, an order. Pure."""

from __future__ import annotations

from typing import Protocol

from kernel.asked import asked_choice, asked_text, must_be
from marketplace.search.model import ASKED_MAX, FACETS, Query, Sort

CHOSEN_MAX = 20
_VALUE_MAX = 100


class AskedLists(Protocol):
    """A query, in which a name may stand several times."""

    def get(self, name: str, default: str, /) -> str:
        """Give the first value of a name."""
        ...

    def getlist(self, name: str, /) -> list[str]:
        """Give all values of a name."""
        ...


def read_query(asked: AskedLists) -> Query:
    """Read `q`, `sort` and the facets.

    Raises:
        InvalidError: naming the parameter and what it may be.
    """
    sort = asked_choice(asked, "sort", ("", *(one.value for one in Sort)))
    chosen = {name: _values(asked, name) for name in FACETS}
    return Query(
        text=asked_text(asked, "q", most=ASKED_MAX),
        sort=Sort(sort) if sort else None,
        chosen={name: values for name, values in chosen.items() if values},
    )


def _values(asked: AskedLists, name: str) -> frozenset[str]:
    found = frozenset(filter(None, asked.getlist(name)))
    if len(found) > CHOSEN_MAX:
        raise must_be(name, f"given {CHOSEN_MAX} times at most")
    if any(len(one) > _VALUE_MAX or "\0" in one for one in found):
        raise must_be(name, f"text of at most {_VALUE_MAX} characters without NUL")
    return found
