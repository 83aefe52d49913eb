"""Four eyes: who may decide about a release, and what several verdicts come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from kernel.errors import InvalidError, Problem
from marketplace.releases._tables import Verdict
from marketplace.releases.states import ReleaseState

EYES = 2
"""How many people have to approve; one who rejects is enough."""

CHECKLIST: MappingProxyType[str, str] = MappingProxyType(
    {
        "code": "I read what is new in the code, and it does what the page says and no more.",
        "permissions": "What it asks for is needed, and its reasons are true.",
        "page": "Title, summary and page promise what the block keeps.",
        "secrets": "No secret, no address and no customer's data is in it.",
        "licence": "The licences allow what the marketplace does with it.",
    }
)
"""What a reviewer looks at before approving, by name."""


def outcome_of(verdicts: Iterable[Verdict], *, eyes: int = EYES) -> ReleaseState:
    """Say where a release stands after its verdicts, one of each reviewer; `eyes` have to approve.

    >>> outcome_of([Verdict.APPROVE]).value, outcome_of([Verdict.APPROVE] * 2).value
    ('in_review', 'approved')
    >>> outcome_of([Verdict.APPROVE, Verdict.REJECT]).value
    'rejected'
    >>> outcome_of([Verdict.APPROVE], eyes=1).value
    'approved'
    """
    found = list(verdicts)
    if Verdict.REJECT in found:
        return ReleaseState.REJECTED
    return ReleaseState.APPROVED if len(found) >= eyes else ReleaseState.IN_REVIEW


def require_checked(verdict: Verdict, checklist: Iterable[str], reasons: str) -> tuple[str, ...]:
    """Give the points that were looked at, in their order.

    Raises:
        InvalidError: a point is not known; one is open though it is to be approved; a rejection
            has no reasons.
    """
    ticked = frozenset(checklist)
    if unknown := sorted(ticked - CHECKLIST.keys()):
        told = f"checklist: there is no point {unknown[0]}: choose of {', '.join(CHECKLIST)}"
        raise InvalidError(told, problems=[Problem("/checklist", told)])
    left = [one for one in CHECKLIST if one not in ticked]
    if verdict is Verdict.APPROVE and left:
        told = f"checklist: look at {', '.join(left)} before you approve"
        raise InvalidError(told, problems=[Problem("/checklist", told)])
    if verdict is Verdict.REJECT and not reasons.strip():
        told = "reasons: say what the publisher has to change"
        raise InvalidError(told, problems=[Problem("/reasons", told)])
    return tuple(one for one in CHECKLIST if one in ticked)


def why_not(*, submitted_it: bool, is_publisher: bool, owner_is_vendor: bool) -> str:
    """Say why somebody may not decide about a release; "" when they may.

    The vendor reviews its own releases too: there only who submitted one is left out.

    >>> why_not(submitted_it=False, is_publisher=True, owner_is_vendor=False)
    'you belong to its publisher: leave it to others'
    """
    if submitted_it:
        return "you submitted it: leave it to others"
    if is_publisher and not owner_is_vendor:
        return "you belong to its publisher: leave it to others"
    return ""
