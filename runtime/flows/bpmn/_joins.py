"""The wires of one part of a workflow, asked the ways a diagram needs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from runtime.flows.model import DONE_PORT, ERROR_PORT

End = tuple[str, str]


class Wires:
    """From which port of which node to which steps; each wire once."""

    def __init__(self, wires: Iterable[Mapping[str, str]], triggers: Iterable[str]) -> None:
        starts = set(triggers)
        self._out: dict[str, dict[str, list[str]]] = {}
        self._into: dict[str, list[End]] = {}
        for wire in wires:
            source, _, port = wire["from"].partition(":")
            end = (source, "" if source in starts else port or DONE_PORT)
            targets = self._out.setdefault(source, {}).setdefault(end[1], [])
            if wire["to"] not in targets:
                targets.append(wire["to"])
                self._into.setdefault(wire["to"], []).append(end)

    def ports(self, id_: str) -> dict[str, list[str]]:
        """Give the ports of a node that lead somewhere, and where to."""
        return self._out.get(id_, {})

    def into(self, id_: str) -> list[End]:
        """Give the ends of the wires that lead to a step."""
        return self._into.get(id_, [])

    def came_of_one_fork(self, id_: str, goes_on: Callable[[str], bool]) -> bool:
        """Tell whether all that leads to a step came out of one port that leads to several.

        `goes_on` tells of a step that it always leaves by the one port it has.
        """
        chains = [self._chain(end, goes_on) for end in self.into(id_)]
        common = set[End]().union(*chains[:1]).intersection(*chains[1:])
        return any(len(self.ports(source)[port]) > 1 for source, port in common)

    def _chain(self, end: End, goes_on: Callable[[str], bool]) -> set[End]:
        found: set[End] = set()
        while end not in found:
            found.add(end)
            before = self.into(end[0])
            if len(before) != 1 or not goes_on(end[0]) or end[1] == ERROR_PORT:
                break
            end = before[0]
        return found
