"""How what several providers decided about one setting goes together.

Who stands further down may leave less to the customer, never more, and never changes a value that
is fixed. What a step gets of it is said in `blocks.presets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from blocks.presets import Hold, Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What providers along the tree came to about one setting.

    Attributes:
        preset: The strictest hold of theirs, with the value that counts.
        by: Who gave the value, or the first to speak of the setting where nobody gave one; None
            to a reader who stands below.
    """

    preset: Preset
    by: UUID | None


def laid_over(above: Held | None, preset: Preset, owner: UUID) -> Held:
    """Lay what one provider says of a setting over what those above it said.

    >>> from uuid import UUID
    >>> top, low = UUID(int=1), UUID(int=2)
    >>> fixed = laid_over(None, Preset(name="a", hold=Hold.FIXED, value=1), top)
    >>> laid_over(fixed, Preset(name="a", hold=Hold.HIDDEN, value=2), low).preset.value
    1
    >>> laid_over(fixed, Preset(name="a", hold=Hold.SUGGESTED, value=2), low).preset.hold.name
    'FIXED'
    """
    if above is None:
        return Held(preset=preset, by=owner)
    takes = preset.has_value and above.preset.hold is Hold.SUGGESTED
    given = preset if takes else above.preset
    hold = max(above.preset.hold, preset.hold)
    kept = Preset(name=preset.name, hold=hold, has_value=given.has_value, value=given.value)
    return Held(preset=kept, by=owner if given is preset else above.by)
