"""Is a step fit to be published: its block, what it is given, its body, its undo?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from blocks.registry import Block, Registry
from blocks.schemas import authoring_problems, by_title
from kernel.schema import Schema
from runtime.expressions.evaluating import is_expression
from runtime.flows._expression_checks import step_code_problems, step_expression_problems
from runtime.flows._kinds import Sources
from runtime.flows._mapping_checks import mapping_problems
from runtime.flows._named_things import LOOK_UP_TABLE, named_in
from runtime.flows._structure import Placed, Structure
from runtime.flows.connection_checks import connection_problems
from runtime.flows.decided import decided_problems, with_what_counts
from runtime.flows.problems import NOTHING_KNOWN, FlowProblem, Known, Versions
from runtime.flows.table_steps import computed_table, input_schema_of, table_use

LOOPS_DEEP_MAX = 4
PATH_MAX = 300
ROUND_LENGTH = len("[99999].")


class StepChecks:
    """The steps of one document under examination."""

    def __init__(
        self, structure: Structure, registry: Registry, known: Known = NOTHING_KNOWN
    ) -> None:
        self._structure = structure
        self._registry = registry
        self._known = known
        self.blocks = {
            id_: registry.find(one.step["block"], one.step["version"])
            for id_, one in structure.steps.items()
        }
        self._sources = Sources(structure, self.blocks, known)

    def problems(self) -> Iterable[FlowProblem]:
        """Yield what is wrong with every step."""
        for id_, placed in self._structure.steps.items():
            yield from self._step(placed, self.blocks[id_])
            yield from self._join(placed)
            yield from self._path(placed)
            if "undo" in placed.step:
                yield from self._undo(placed)

    def _step(self, placed: Placed, block: Block | None) -> Iterable[FlowProblem]:
        if block is None:
            yield self._unknown_block(placed, placed.step, placed.pointer)
            return
        if block.manifest.kind == "trigger":
            told = f"{placed.title}: {block.manifest.title} starts workflows and is no step"
            yield FlowProblem(f"{placed.pointer}/block", f"{told}: use it as a trigger", placed.id)
            return
        if not block.standing.starts_runs:
            state = block.standing.value
            message = f"{placed.title}: {block.manifest.title} is {state}: choose another version"
            yield FlowProblem(f"{placed.pointer}/version", message, placed.id)
        yield from self._given(placed, block)
        yield from self._body(placed, block)
        if block.manifest.behaviour.control == "call":
            yield from self._call(placed)

    def _given(self, placed: Placed, block: Block, *, key: str = "") -> Iterable[FlowProblem]:
        holder = placed.step[key] if key else placed.step
        prefix = f"{placed.pointer}/{key}" if key else placed.pointer
        yield from decided_problems(placed.title, placed.id, prefix, holder, block)
        holder = with_what_counts(holder, block)
        placed = replace(placed, step={**placed.step, key: holder} if key else holder)
        config = holder.get("config", {})
        taken = input_schema_of(config, block, self._known)
        yield from self._named(placed, f"{prefix}/config", config, block)
        yield from self._table(placed, f"{prefix}/config", config, block)
        yield from connection_problems(placed, holder, prefix, block.manifest, self._known)
        is_idle = placed.is_off and block.manifest.behaviour.control is None
        for part, schema in (("config", block.config_schema), ("input", taken)):
            for problem in self._said(placed, part, schema, key):
                yield replace(problem, severity="warning") if is_idle else problem

    def _said(self, placed: Placed, part: str, schema: Schema, key: str) -> Iterable[FlowProblem]:
        """Yield what is wrong with a step's config or input; a step that is off reads neither."""
        holder = placed.step[key] if key else placed.step
        pointer = f"{placed.pointer}/{key}/{part}" if key else f"{placed.pointer}/{part}"
        value, known = holder.get(part, {}), schema.document
        yield from self._values(placed, pointer, schema, value)
        yield from step_expression_problems(self._structure, placed, part, known, key=key)
        yield from step_code_problems(placed, part, known, key=key)
        yield from mapping_problems(self._sources, placed, pointer, known, value)

    def _named(
        self, placed: Placed, pointer: str, config: Mapping[str, Any], block: Block
    ) -> Iterable[FlowProblem]:
        for widget, what, known in (
            ("calendar", "calendar", self._known.calendars),
            (LOOK_UP_TABLE, "look-up table", self._known.lookups),
        ):
            for field, name in named_in(config, block, widget):
                if known is not None and name not in known:
                    message = (
                        f"{placed.title}: there is no {what} {name}: add it, or choose another"
                    )
                    yield FlowProblem(f"{pointer}/{field}", message, placed.id)

    def _values(
        self, placed: Placed, pointer: str, schema: Schema, value: Mapping[str, Any]
    ) -> Iterable[FlowProblem]:
        """Check literal values; an expression may turn out to be anything."""
        for problem in authoring_problems(schema, value):
            where = f"{pointer}{problem.pointer}"
            said = by_title(schema.document, problem).message
            yield FlowProblem(where, f"{placed.title}: {said}", placed.id)

    def _body(self, placed: Placed, block: Block) -> Iterable[FlowProblem]:
        is_loop = block.manifest.behaviour.control in ("each", "repeat")
        where = f"{placed.pointer}/body"
        if is_loop and not self._structure.inside(placed.id):
            message = f"{placed.title} has nothing to repeat: put steps inside it"
            yield FlowProblem(where, message, placed.id)
        if not is_loop and "body" in placed.step:
            message = f"{placed.title} is no loop: take the steps out of it"
            yield FlowProblem(where, message, placed.id)
        if is_loop and len(list(self._structure.around(placed.id))) >= LOOPS_DEEP_MAX:
            message = f"{placed.title}: loops stand in each other over {LOOPS_DEEP_MAX} deep: "
            yield FlowProblem(where, message + "put the inner ones in a workflow", placed.id)

    def _join(self, placed: Placed) -> Iterable[FlowProblem]:
        needs, wires = placed.step.get("join"), self._structure.wires_into(placed.id)
        if isinstance(needs, int) and needs > wires:
            message = (
                f"{placed.title} waits for {needs} of its wires, but {wires} lead to it: "
                "lower the number or draw more"
            )
            yield FlowProblem(f"{placed.pointer}/join", message, placed.id)

    def _path(self, placed: Placed) -> Iterable[FlowProblem]:
        """See that what a step is called in a run, `loop[3].step~undo`, can be kept."""
        loops = [len(id_) + ROUND_LENGTH for id_ in self._structure.around(placed.id)]
        over = len(placed.id) + sum(loops) + len("~undo") - PATH_MAX
        if over > 0:
            message = (
                f"{placed.title}: its id and those of the loops around it are {over} characters "
                "too long together: shorten them"
            )
            yield FlowProblem(placed.pointer, message, placed.id)

    def _undo(self, placed: Placed) -> Iterable[FlowProblem]:
        undo, where = placed.step["undo"], f"{placed.pointer}/undo"
        block = self._registry.find(undo["block"], undo["version"])
        if block is None:
            yield self._unknown_block(placed, undo, where)
            return
        if block.manifest.behaviour.control is not None:
            message = (
                f"{placed.title}: {block.manifest.title} cannot undo a step: choose a block that "
                "does one thing"
            )
            yield FlowProblem(f"{where}/block", message, placed.id)
        yield from self._given(placed, block, key="undo")

    def _call(self, placed: Placed) -> Iterable[FlowProblem]:
        config = placed.step.get("config", {})
        flow, version = config.get("flow", ""), config.get("version")
        where = f"{placed.pointer}/config"
        if is_expression(flow) or is_expression(version):
            message = f"{placed.title}: write which workflow is called, not an expression"
            yield FlowProblem(f"{where}/flow", message, placed.id)
            return
        if self._known.flows is None or not isinstance(flow, str) or not flow:
            return  # what is no text is told by the block's schema
        versions = self._known.flows.get(flow)
        if versions is None:
            message = f"{placed.title}: there is no workflow {flow}: choose another"
            yield FlowProblem(f"{where}/flow", message, placed.id)
        elif version is None and versions.live is None:
            message = f"{placed.title}: {flow} is not published: publish it first"
            yield FlowProblem(f"{where}/flow", message, placed.id)
        else:
            yield from self._version(placed, where, flow, version, versions)

    def _table(
        self, placed: Placed, where: str, config: Mapping[str, Any], block: Block
    ) -> Iterable[FlowProblem]:
        computed = computed_table(config, block)
        if computed is not None:
            message = f"{placed.title}: choose which table decides, not an expression"
            yield FlowProblem(f"{where}/{computed}", message, placed.id)
        used = table_use(config, block)
        if used is None or self._known.tables is None:
            return
        table = self._known.tables.get(used.table)
        if table is None:
            message = f"{placed.title}: its decision table is not there, or was never published: "
            yield FlowProblem(f"{where}/{used.field}", f"{message}choose another", placed.id)
        else:
            yield from self._version(placed, where, table.name, used.number, table.versions)

    def _version(
        self, placed: Placed, where: str, name: str, number: Any, versions: Versions
    ) -> Iterable[FlowProblem]:
        if number is not None and number not in [*versions.numbers]:
            message = f"{placed.title}: {name} has no version {number}: use {versions.live}"
            yield FlowProblem(f"{where}/version", message, placed.id)

    def _unknown_block(
        self, placed: Placed, holder: Mapping[str, Any], pointer: str
    ) -> FlowProblem:
        block, version = holder["block"], holder["version"]
        latest: Block | None = self._registry.latest(block)
        if latest is None:
            message = f"{placed.title}: the block {block} is not installed: install or replace it"
            return FlowProblem(f"{pointer}/block", message, placed.id)
        return FlowProblem(
            f"{pointer}/version",
            f"{placed.title}: version {version} of {block} is not installed: "
            f"use {latest.manifest.version}",
            placed.id,
        )
