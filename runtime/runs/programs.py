"""A workflow version ready to run: its plan, its steps and their blocks, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Block, Registry
from runtime.flows.model import RetryPolicy, Step, parse_flow
from runtime.flows.versions import get_version
from runtime.runs.plan import Plan, compile_plan

PROGRAMS_KEPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One workflow version, compiled; versions never change, so neither does this."""

    name: str
    plan: Plan
    steps: Mapping[str, Step]
    blocks: Mapping[str, Block | None]


class Programs:
    """Compiles versions on first use and keeps the last five hundred."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: OrderedDict[UUID, Program] = OrderedDict()
        self._lock = Lock()

    def of(self, session: Session, tenant_id: UUID, version_id: UUID) -> Program:
        """Give the compiled version; the session must be able to see the tenant's rows."""
        with self._lock:
            found = self._kept.get(version_id)
            if found is not None:
                self._kept.move_to_end(version_id)
                return found
        program = self.compile(get_version(session, tenant_id, version_id).document)
        with self._lock:
            self._kept[version_id] = program
            while len(self._kept) > PROGRAMS_KEPT:
                self._kept.popitem(last=False)
        return program

    def compile(self, document: Mapping[str, Any]) -> Program:
        """Compile a checked document."""
        flow = parse_flow(document)
        blocks = {
            id_: self._registry.find(step.block, step.version) for id_, step in flow.steps.items()
        }

        def declared(step: Step) -> RetryPolicy | None:
            block = blocks[step.id]
            if block is None:
                return None
            retry = block.manifest.behaviour.retry
            return RetryPolicy(max=retry.max, backoff=retry.backoff, base_s=retry.base_s)

        plan = compile_plan(flow, declared)
        return Program(name=flow.name, plan=plan, steps=flow.steps, blocks=blocks)
