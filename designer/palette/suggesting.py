"""What works well after a block: what followed it most often in what is live here, and why.

An organisation that has little of its own is helped by the templates that come with Garland.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from designer.gallery.library import library
from designer.gallery.offers import pack_templates
from runtime.flows.following import Pair, live_pairs, pairs_of

SHOWN = 5
Suggestions = dict[str, list[tuple[str, str]]]
"""By `block:port`, or `block:*` for any way out but `error`: what follows, and how often."""


def suggestions(session: Session, tenant_id: UUID) -> Suggestions:
    """Give what works well after each block that something follows, the most usual first."""
    return ranked(live_pairs(session, tenant_id), template_pairs())


def ranked(own: Mapping[Pair, int], templates: Mapping[Pair, int]) -> Suggestions:
    """Put what an organisation does itself before what templates do.

    >>> pair = Pair("garland.branch", "yes", "garland.wait")
    >>> ranked({pair: 2}, {pair: 1, pair._replace(after="garland.end"): 1})["garland.branch:yes"]
    [('garland.wait', 'in 2 of your workflows'), ('garland.end', 'in a template')]
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for counts, words in ((own, _yours), (templates, _of_templates)):
        for pair, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            after = found[f"{pair.before}:{pair.port}"]
            if len(after) < SHOWN:
                after.setdefault(pair.after, words(count))
    return {end: list(after.items()) for end, after in found.items()}


@cache
def template_pairs() -> Counter[Pair]:
    """Count in how many of Garland's own templates each pair stands."""
    templates = [*library().values(), *pack_templates().values()]
    return Counter(pair for one in templates for pair in pairs_of(one.flow))


def _yours(count: int) -> str:
    return "in one of your workflows" if count == 1 else f"in {count:,} of your workflows"


def _of_templates(count: int) -> str:
    return "in a template" if count == 1 else f"in {count:,} templates"
