"""What the two versions of TMF642 spell differently: names, addresses, marks of type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class TaskKind(StrEnum):
    """What a task asks to be done to alarms."""

    ACK = "ack"
    UNACK = "unAck"
    CLEAR = "clear"
    COMMENT = "comment"
    GROUP = "group"
    UNGROUP = "unGroup"


RESULTS: Mapping[TaskKind, str] = MappingProxyType(
    {
        TaskKind.ACK: "ackedAlarm",
        TaskKind.UNACK: "unAckedAlarm",
        TaskKind.CLEAR: "clearedAlarm",
        TaskKind.COMMENT: "commentedAlarm",
        TaskKind.GROUP: "groupedAlarm",
        TaskKind.UNGROUP: "unGroupedAlarm",
    }
)
"""The attribute that lists the alarms a task was carried out on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version.

    Attributes:
        name: As in the address.
        task_suffix: v4 has `ackAlarms`, v5 has `ackAlarm`.
        needs_type: Whether each object that is sent must say its `@type`.
        occurred: The attribute of an event that says when; v4 spells it as its contract does.
    """

    name: str
    task_suffix: str
    needs_type: bool
    occurred: str

    @property
    def base(self) -> str:
        """The path that everything lies under."""
        return f"/tmf-api/alarmManagement/{self.name}"

    @property
    def tasks(self) -> Mapping[str, TaskKind]:
        """The task resources by their names in addresses."""
        return {self.task_name(kind): kind for kind in TaskKind}

    def task_name(self, kind: TaskKind) -> str:
        """Name a task resource.

        >>> V4.task_name(TaskKind.UNACK), V5.task_name(TaskKind.UNACK)
        ('unAckAlarms', 'unAckAlarm')
        """
        return kind.value + self.task_suffix

    def href(self, resource: str, key: object) -> str:
        """Give the address of one thing."""
        return f"{self.base}/{resource}/{key}"


V4 = Dialect(name="v4", task_suffix="Alarms", needs_type=False, occurred="timeOcurred")
V5 = Dialect(name="v5", task_suffix="Alarm", needs_type=True, occurred="timeOccurred")
DIALECTS: Mapping[str, Dialect] = MappingProxyType({one.name: one for one in (V4, V5)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the interface: in which version, who makes it, and when."""

    dialect: Dialect
    by: str
    now: datetime
