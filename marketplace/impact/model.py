"""What a new version would touch and break, as it is told. Pure.

What a provider is told of those below it are numbers and what of the block it is about, never the
names of workflows or what is in them; an organisation sees its own in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Breaks(Enum):
    """In which way a workflow would not work any more."""

    SETTINGS = "settings"
    PORT = "port"
    FIELD = "field"
    SECRET = "secret"  # noqa: S105  the word for it
    OTHER = "other"


BREAKS_WORDS: Mapping[Breaks, str] = {
    Breaks.SETTINGS: "a setting is refused, or one has to be given now",
    Breaks.PORT: "a wire leaves by a port that is gone",
    Breaks.FIELD: "an expression reads a field that is not given any more",
    Breaks.SECRET: "a connection has to be named now",
    Breaks.OTHER: "something else keeps the workflow from going live",
}
"""What each way to break is called on pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """One thing that would be wrong; `pointer` is a JSON Pointer into the workflow's document.

    Attributes:
        step: The step or trigger where it is wrong, such as the one that reads a field.
        message: What is wrong and what to do, for people who design the workflow.
    """

    kind: Breaks
    step: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowImpact:
    """What becomes of one live workflow.

    Attributes:
        steps: The steps and triggers that use the block, by id.
        migrated: Those of them whose settings would be written in another way.
    """

    flow_id: UUID
    name: str
    steps: Sequence[str]
    migrated: Sequence[str] = ()
    breakages: Sequence[Breakage] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantImpact:
    """What a new version means for one organisation that has an older one.

    Attributes:
        versions: The older versions that it has.
        asks: What it would have to agree to anew, in a few words each.
    """

    tenant_id: UUID
    versions: Sequence[str]
    flows: Sequence[FlowImpact] = ()
    asks: Sequence[str] = ()

    @property
    def breaks(self) -> bool:
        """Tell whether a workflow would not work any more."""
        return any(one.breakages for one in self.flows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much is touched and broken in some organisations; all are numbers of something.

    Attributes:
        broken: Workflows that would not work any more.
        asking: Organisations that would have to agree to more.
        breakages: By kind, of how many things each.
    """

    organisations: int
    touched: int
    workflows: int
    steps: int
    broken: int
    asking: int
    breakages: Mapping[Breaks, int]


def counted(impacts: Iterable[TenantImpact]) -> Counted:
    """Add up what is told of each organisation.

    >>> counted([]).workflows
    0
    """
    found = list(impacts)
    flows = [flow for one in found for flow in one.flows]
    return Counted(
        organisations=len(found),
        touched=sum(1 for one in found if one.flows),
        workflows=len(flows),
        steps=sum(len(one.steps) for one in flows),
        broken=sum(1 for one in flows if one.breakages),
        asking=sum(1 for one in found if one.asks),
        breakages=Counter(wrong.kind for one in flows for wrong in one.breakages),
    )
