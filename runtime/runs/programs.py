"""A workflow version ready to run: its plan, its steps and their blocks, kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.pins import as_pinned
from blocks.installs.registry import registry_of
from blocks.manifest import Retry
from blocks.registry import Block, Registry, output_ports
from blocks.templates import Template
from kernel.kept import Kept
from runtime.expressions.evaluating import expressions_in, paths_read_by
from runtime.flows._expression_checks import condition_texts
from runtime.flows.model import (
    DONE_PORT,
    ERROR_PORT,
    Concurrency,
    Flow,
    OnFailure,
    Step,
    parse_flow,
)
from runtime.flows.versions import get_version
from runtime.runs.plan import UNDO, Plan, compile_plan

PROGRAMS_KEPT = 500
MAIN_GROUP = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One workflow version, compiled; versions never change, so neither does this.

    Attributes:
        steps: By id, those in bodies too; `<id>~undo` is what takes a step back. Their
            `worker_group` is settled: "" is the main one.
        blocks: Likewise; None where it is not installed.
        configs, inputs: By step, what its block is given, for blocks that are installed; of the
            settings, those that providers left to the tenant.
        reads: By step, the ids of the steps its expressions read; None for any.
    """

    name: str
    plan: Plan
    steps: Mapping[str, Step]
    blocks: Mapping[str, Block | None]
    configs: Mapping[str, Template]
    inputs: Mapping[str, Template]
    reads: Mapping[str, frozenset[str] | None]
    variables: Mapping[str, Any]
    concurrency: Concurrency
    on_failure: OnFailure

    @property
    def ends(self) -> frozenset[str]:
        """Give the ids of the steps that end the run."""
        known = ((id_, one) for id_, one in self.blocks.items() if one is not None)
        return frozenset(id_ for id_, one in known if one.manifest.behaviour.control == "end")


class Programs:
    """Compiles versions on first use and keeps the last five hundred.

    A version never changes, and a tenant's blocks seldom do: it is compiled anew for other blocks.
    """

    def __init__(self) -> None:
        self._kept: Kept[tuple[UUID, str], Program] = Kept(PROGRAMS_KEPT)

    def of(self, session: Session, tenant_id: UUID, version_id: UUID) -> Program:
        """Give the compiled version; the session must be able to see the tenant's rows."""
        registry = registry_of(session, tenant_id)
        return self._kept.get(
            (version_id, registry.mark),
            lambda: compile_program(get_version(session, tenant_id, version_id).document, registry),
        )


def compile_program(document: Mapping[str, Any], registry: Registry) -> Program:
    """Compile a checked document."""
    flow = parse_flow(document)
    steps = {**flow.steps, **_undos(flow)}
    found = {id_: registry.find(one.block, one.version) for id_, one in steps.items()}
    blocks = {id_: one and as_pinned(one, steps[id_].digest) for id_, one in found.items()}

    def declared(id_: str) -> Retry | None:
        block = blocks[id_]
        return block.manifest.behaviour.retry if block is not None else None

    def first_port_of(id_: str) -> str:
        return _first_port(steps[id_], blocks[id_])

    installed = [(steps[id_], block.manifest) for id_, block in blocks.items() if block]
    steps = {id_: _placed(step, blocks[id_]) for id_, step in steps.items()}
    return Program(
        name=flow.name,
        plan=compile_plan(flow, declared, first_port_of),
        steps=steps,
        blocks=blocks,
        configs={
            one.id: Template(known.config, _left(one, blocks[one.id])) for one, known in installed
        },
        inputs={one.id: Template(known.input, one.input) for one, known in installed},
        reads={id_: steps_read_by(step, blocks[id_]) for id_, step in steps.items()},
        variables=flow.variables,
        concurrency=flow.concurrency,
        on_failure=flow.on_failure,
    )


def _undos(flow: Flow) -> dict[str, Step]:
    """Make a step of each undo; it stands where the step stands that it takes back."""
    return {
        id_ + UNDO: Step(
            id=id_ + UNDO,
            block=step.undo.block,
            version=step.undo.version,
            digest=step.undo.digest,
            config=step.undo.config,
            input=step.undo.input,
            container=step.container,
            worker_group=step.worker_group,
            connections=step.undo.connections,
        )
        for id_, step in flow.steps.items()
        if step.undo is not None
    }


def _first_port(step: Step, block: Block | None) -> str:
    """Give the first port of a step that is no error, as the canvas draws them."""
    ports = output_ports(block.manifest, step.config) if block is not None else ()
    return next((one.name for one in ports if one.name != ERROR_PORT), DONE_PORT)


def _left(step: Step, block: Block | None) -> Mapping[str, Any]:
    """Give the settings of a step that count beside those that providers decided on."""
    decided = block.decided if block is not None else None
    return step.config if decided is None else decided.left(step.config)


def _placed(step: Step, block: Block | None) -> Step:
    """Settle which workers perform a step: those it names, or those its block names."""
    declared = block.manifest.behaviour.worker_group if block is not None else ""
    group = step.worker_group or declared
    return replace(step, worker_group="" if group == MAIN_GROUP else group)


def steps_read_by(step: Step, block: Block | None) -> frozenset[str] | None:
    """Give the ids of the steps that a step's expressions read; None for any."""
    texts = [text for part in (step.config, step.input) for _, text in expressions_in(part)]
    if block is not None:
        texts += [text for _, text in condition_texts(block.manifest.config, step.config)]
    found: set[str] = set()
    for path in (path for text in texts for path in paths_read_by(text)):
        if path[0] == "steps":
            if len(path) == 1:
                return None
            found.add(path[1])
    return frozenset(found)
