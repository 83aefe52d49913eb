"""`ctx.alarms`: the tenant's alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

SEVERITIES = ("critical", "major", "minor", "warning", "indeterminate", "cleared")
"""The worst first, as ITU-T X.733, 8.1.2.3 orders them."""


class Alarms(Protocol):
    """The tenant's alarms; needs the permission `alarms`.

    Changes are applied by Garland together with the record of the step: exactly once, and not at
    all if the step fails. A change that cannot be made by then, such as of an alarm that was purged
    meanwhile, fails the step. What is read is as it was before the step's own changes. An alarm of
    another tenant is one that is not there.
    """

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """Return the alarm as a document, or None when there is none of that id."""
        ...

    def find(
        self, wanted: Mapping[str, Any] | None = None, *, sort: str = "newest", limit: int = 50
    ) -> dict[str, Any]:
        """Look for alarms.

        Args:
            wanted: `state` (active, which is the default, suppressed, shelved, cleared or all),
                `severities`, `acknowledged`, `managed_object`, `event_type`, `probable_cause`,
                `source`, `owner`, `parent` (only what is under that alarm), `attributes` (names and
                values), `older_than_s` and `younger_than_s` since it was first raised. What is left
                out asks for nothing; a name that is there and "" fits no alarm, as it came out of a
                value that was missing.
            sort: newest or oldest, by when they were last raised, or severity, the worst first.
            limit: How many to give, 1 to 100.

        Returns:
            `alarms`, as documents; `count`, how many there are in all, up to 10,000; `more`,
            whether there are others than those given.

        Raises:
            BlockError: `alarms.bad_filter`, naming the field.
        """
        ...

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """Change fields of an alarm when the step is done."""
        ...

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """Acknowledge an alarm when the step is done."""
        ...

    def unacknowledge(self, alarm_id: str) -> None:
        """Give an alarm back when the step is done: nobody has it from then on."""
        ...

    def raise_alarm(self, event: Mapping[str, Any]) -> None:
        """Say that something is wrong, or over, when the step is done; rules see it.

        The source is the workflow. An event with the managed object, event type, probable cause and
        specific problem of an alarm that this workflow raised before, or with its `reduction_key`,
        is another event of that alarm; with the severity cleared it ends it.

        Args:
            event: An alarm event, at least `managed_object` and `perceived_severity`.
        """
        ...

    def clear(self, alarm_id: str) -> None:
        """Clear an alarm whose source will not, when the step is done."""
        ...

    def comment(self, alarm_id: str, text: str) -> None:
        """Note something with an alarm when the step is done."""
        ...

    def shelve(self, alarm_id: str, *, for_s: float, reason: str) -> None:
        """Put an alarm aside for so many seconds from when the step is done.

        Raises:
            BlockError: `alarms.bad_duration`: not from a second to 366 days.
        """
        ...

    def unshelve(self, alarm_id: str) -> None:
        """Bring an alarm back from the shelf when the step is done."""
        ...

    def group(self, parent_id: str, alarm_ids: list[str]) -> None:
        """Put alarms under the one that causes them when the step is done."""
        ...

    def ungroup(self, alarm_id: str) -> None:
        """Take an alarm out from under its parent when the step is done."""
        ...

    def resync(self, source: str, standing: Any, *, allow_empty: bool = False) -> None:
        """Compare a source with all that stands there, when the step is done; rules see it.

        What is new is raised, what is missing is cleared. A list that cannot be read as a whole
        changes nothing and fails the step.

        Args:
            source: The source's name.
            standing: A list of alarm events, or a body as the source itself sends it.
            allow_empty: Whether nothing may stand there, and everything is to be cleared.
        """
        ...
