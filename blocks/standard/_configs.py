"""Configurations of devices as lines: without what changes by itself, and where each belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blocks.sdk import BlockError
from kernel.patterns import PatternSet, pattern_problem

VOLATILE = (
    r"^building configuration",
    r"^current configuration ?: ",
    r"^[!#] ?(time|last configuration|nvram config|no configuration change|generated|command:)",
    r"^## last (commit|changed)",
    r"^ntp clock-period ",
    r"^# (finished|generated|[a-z]{3}/[0-9]+/[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}|[a-z]{3} [a-z]{3} )",
    r"^!?(mon|tue|wed|thu|fri|sat|sun) [a-z]{3} +[0-9]+ [0-9:.]+",
)
"""Lines in which devices note when something was done."""


def lasting_lines(text: str, ignore: Sequence[str]) -> list[str]:
    r"""Give the lines that stay the same while nobody changes anything, without blank ones.

    Raises:
        BlockError: `compare.bad_pattern`.

    >>> lasting_lines("! Last configuration change at 10:00\nhostname a \n\n!", ["^!$"])
    ['hostname a']
    """
    check_patterns(ignore)
    left_out = PatternSet([*VOLATILE, *ignore])
    lines = (line.rstrip() for line in text.splitlines())
    return [line for line in lines if line and not left_out.matching(line)]


def check_patterns(patterns: Sequence[str]) -> None:
    """Refuse patterns that are none; raises BlockError `compare.bad_pattern`."""
    for pattern in patterns:
        why = pattern_problem(pattern)
        if why:
            raise BlockError("compare.bad_pattern", f"The pattern {pattern[:60]} {why}.")


def placed(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give each line with the section it stands in, by how far it is indented.

    >>> list(placed(["interface a", " mtu 1500", "  x", "hostname b"]))[1:]
    [('interface a', 'mtu 1500'), ('interface a / mtu 1500', 'x'), ('', 'hostname b')]
    """
    above: list[tuple[int, str]] = []
    for line in lines:
        words = line.strip()
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        yield " / ".join(name for _, name in above), words
        if words not in ("!", "}", "#", "exit"):
            above.append((depth, words.rstrip("{").rstrip()))
