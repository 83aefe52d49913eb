"""The contracts of the TM Forum that test servers keep to, read from the shared data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kernel.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What is served: where, and by which document; without one, `required` is all it knows."""

    base: str
    resource: str
    kind: str
    spec: str = ""
    required: tuple[str, ...] = ()


TICKETS = Contract(
    base="/tmf-api/troubleTicket/v5",
    resource="troubleTicket",
    kind="TroubleTicket",
    spec="TMF621-Trouble_Ticket-v5.0.1.oas.yaml",
)
TICKETS_V4 = Contract(
    base="/tmf-api/troubleTicket/v4",
    resource="troubleTicket",
    kind="TroubleTicket",
    required=("description", "severity", "ticketType"),
)
PROBLEMS = Contract(
    base="/tmf-api/serviceProblemManagement/v5",
    resource="serviceProblem",
    kind="ServiceProblem",
    spec="TMF656-Service_Problem_Management-v5.0.0.oas.yaml",
)
RESOURCES = Contract(
    base="/tmf-api/resourceInventoryManagement/v5",
    resource="resource",
    kind="Resource",
    spec="TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml",
)
SERVICES = Contract(base="/tmf-api/serviceInventory/v4", resource="service", kind="Service")


@cache
def schemas_of(data: Path, contract: Contract) -> Mapping[str, Schema]:
    """Give the schemas of what is served, created (`_FVO`) and changed (`_MVO`), if it can be."""
    names = tuple(contract.kind + part for part in ("", "_FVO", "_MVO"))
    if not contract.spec:
        made = Schema({"type": "object", "required": list(contract.required)})
        return dict.fromkeys(names, Schema({"type": "object"})) | {names[1]: made}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (data / "tmf" / contract.spec).read_text()
    components = yaml.load(text, Loader=loader)["components"]  # noqa: S506  a safe one
    components["schemas"] = {
        name: read_by_discriminator(one) for name, one in components["schemas"].items()
    }
    known = [name for name in names if name in components["schemas"]]
    return {
        name: Schema({"$ref": f"#/components/schemas/{name}", "components": components})
        for name in known
    }


def read_by_discriminator(schema: dict[str, Any]) -> dict[str, Any]:
    """Read a choice as OpenAPI does: by its discriminator, where several forms would fit."""
    if "oneOf" not in schema or "discriminator" not in schema:
        return schema
    name, forms = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
    others = {key: value for key, value in schema.items() if key != "oneOf"}
    return {
        **others,
        "properties": {name: {"enum": list(forms)}},
        "required": [name],
        "allOf": [
            {"if": {"properties": {name: {"const": kind}}}, "then": {"$ref": form}}
            for kind, form in forms.items()
        ],
    }
