"""What of a diagram has no place in a workflow, said by name. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.flows.bpmn._own import name_of
from runtime.flows.bpmn.words import NODES
from runtime.xml_files import Element

_LEFT = {
    "laneSet": "a workflow has no lanes: say who decides in the settings of Approval",
    "dataObject": "steps hand on their data by themselves",
    "dataObjectReference": "steps hand on their data by themselves",
    "dataStoreReference": "use a block that reads or writes there",
    "messageFlow": "use a block that sends, and a webhook or Wait for an event that receives",
    "conversationNode": "draw what is done as a workflow",
    "choreographyTask": "draw what is done as a workflow",
    "property": "declare a variable in the settings of the workflow",
    "correlationSubscription": "give Wait for an event a correlation value",
    "resourceRole": "say who decides in the settings of Approval",
    "potentialOwner": "say who decides in the settings of Approval",
    "humanPerformer": "say who decides in the settings of Approval",
    "performer": "say who decides in the settings of Approval",
    "ioSpecification": "map data in the settings of the step",
    "dataInputAssociation": "map data in the settings of the step",
    "dataOutputAssociation": "map data in the settings of the step",
    "callChoreography": "draw what is done as a workflow",
    "subChoreography": "draw what is done as a workflow",
}
_SEEN = {
    *NODES,
    *("documentation", "extensionElements", "sequenceFlow", "incoming", "outgoing"),
    *("textAnnotation", "association", "group", "participant", "script", "ioBinding"),
    *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
}


def notes_on_rest(element: Element) -> Iterator[str]:
    """Say what is left out of a process, or of what stands in it."""
    for one in element.children:
        if one.local in _LEFT:
            yield f"{one.local} {name_of(one)}".strip() + f": left out; {_LEFT[one.local]}."
        elif one.local not in _SEEN and not one.local.endswith("EventDefinition"):
            yield f"{one.local} {name_of(one)}".strip() + ": left out; a workflow knows no such."


def notes_on_roots(root: Element) -> Iterator[str]:
    """Say what is left out beside the processes."""
    for one in root.children:
        if one.local == "collaboration":
            yield from notes_on_rest(one)
        elif one.local in ("choreography", "globalUserTask", "globalTask", "import"):
            yield f"{one.local} {name_of(one)}".strip() + ": left out; a workflow knows no such."
