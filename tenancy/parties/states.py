"""How far an organisation's life is, in the words of TMF632, and which state a word asks for. Pure.

TMF632 knows three words. A suspended organisation is `validated` still: what is suspended is its
role, and TMF669 says so, in the words that the life cycle has here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tenancy.life_cycle.states import State

STATUS: Mapping[State, str] = MappingProxyType(
    {
        State.TRIAL: "initialized",
        State.ACTIVE: "validated",
        State.SUSPENDED: "validated",
        State.CLOSING: "closed",
        State.CLOSED: "closed",
    }
)
_ASKED = {"initialized": State.TRIAL, "validated": State.ACTIVE, "closed": State.CLOSING}
STATUSES = tuple(_ASKED)


def asked_for(status: str, now: State) -> State | None:
    """Give the state that a status of TMF632 asks for; None where it is that already.

    >>> asked_for("closed", State.ACTIVE), asked_for("validated", State.SUSPENDED)
    (<State.CLOSING: 'closing'>, None)
    """
    return None if STATUS[now] == status else _ASKED[status]
