"""A BPMN 2.0 file as workflows: exactly what Garland wrote, as far as it goes what others wrote.

Pure. A diagram of ours that nobody changed since is read back as the same workflow. Of any other,
everything that is not taken, or taken differently, has a note that names it and says what to do;
nothing is dropped in silence.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidError
from kernel.ids import slugify
from runtime.flows.bpmn._own import name_of, own_of, pointers_of, read_own
from runtime.flows.bpmn._own import refusal as _refusal
from runtime.flows.bpmn.fingerprint import fingerprint
from runtime.flows.bpmn.taking import Taking
from runtime.flows.bpmn.words import MODEL, NODES, SUB_PROCESSES
from runtime.flows.exchange.carried import Carried
from runtime.flows.model import shape_problems
from runtime.xml_files import Element, read_xml

FORMAT = "1"
SIZE_MAX_BYTES = 5 * 1024 * 1024
_BOUNDS = ((NODES, 10_000, "tasks, gateways and events"), ({"group"}, 1_000, "groups"))
NOTES_MAX = 200


def read_bpmn(body: bytes, *, what: str = "the file") -> list[Carried]:
    """Read each process of a file as a workflow.

    Raises:
        InvalidError: the file is no BPMN 2.0, has no process or too much in it, or is not to be
            trusted as XML.
    """
    root = read_xml(body, what=what, most=SIZE_MAX_BYTES)
    if root.local != "definitions" or root.namespace != MODEL:
        raise _refusal(f"{what} is XML but no BPMN 2.0: export it as BPMN 2.0 XML")
    for named, most, told in _BOUNDS:
        if sum(one.local in named for one in root.walk()) > most:
            raise _refusal(f"{what} has more than {most:,} {told}: part it")
    processes = [one for one in root.all("process") if any(_is_drawn(each) for each in one.walk())]
    if not processes:
        raise _refusal(f"{what} has no process with anything in it: draw one, or send another file")
    drawn = fingerprint(root)
    found = [_read_process(root, one, drawn) for one in processes]
    for one in found:
        problems = shape_problems(one.document)
        if problems:
            told = f"{what} cannot become a workflow: {problems[0].message}"
            raise InvalidError(told, problems=problems)
    return found


def _is_drawn(element: Element) -> bool:
    return element.local in NODES or own_of(element, "workflow") is not None


def _read_process(root: Element, process: Element, drawn: str) -> Carried:
    own = own_of(process, "workflow")
    left_out: tuple[str, ...] = ()
    notes: list[str] = []
    slug = slugify(name_of(process))
    if own is not None:
        slug = slugify(own.attributes.get("slug", slug))
        left_out = pointers_of(own)
        if own.attributes.get("format") == FORMAT and own.attributes.get("drawn") == drawn:
            document = _restored(process, own)
            return Carried(slug=slug, document=document, left_out=left_out)
        notes.append("The diagram was changed by another tool since it was exported: look it over.")
    taking = Taking(root, process)
    document = taking.document()
    notes += taking.notes
    if len(notes) > NOTES_MAX:
        notes[NOTES_MAX:] = [f"And {len(notes) - NOTES_MAX} more of the kind."]
    return Carried(slug=slug, document=document, left_out=left_out, notes=tuple(notes))


def _restored(process: Element, own: Element) -> dict[str, Any]:
    """Put a workflow of ours together again."""
    document = read_own(own)
    triggers, steps = {}, {}
    for node in process.children:
        trigger, step = own_of(node, "trigger"), own_of(node, "step")
        if trigger is not None:
            triggers[trigger.attributes.get("id", "")] = read_own(trigger)
        if step is not None:
            steps[step.attributes.get("id", "")] = _restored_step(node, step)
    return {**document, "triggers": triggers, "steps": steps}


def _restored_step(node: Element, own: Element) -> dict[str, Any]:
    step = read_own(own)
    if node.local in SUB_PROCESSES and isinstance(step.get("body"), dict):
        inner = ((one, own_of(one, "step")) for one in node.children)
        step["body"]["steps"] = {
            each.attributes.get("id", ""): _restored_step(one, each)
            for one, each in inner
            if each is not None
        }
    return step
