"""Real networks out of the Internet Topology Zoo, as a tenant imports them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy.orm import Session

from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from tests.factories.tenancy import NOON

ZOO = Path("/work/shared/data/topology/zoo")
real_networks = pytest.mark.skipif(not ZOO.exists(), reason=f"no real networks at {ZOO}")


def import_network(session: Session, tenant_id: UUID, name: str) -> None:
    """Import one, keyed by the file's own ids."""
    said = {"origin": name, "by": "Ann"}
    files = [(ZOO / f"{name}.graphml").read_bytes()]
    staged = stage_import(session, tenant_id, files, naming=Naming(), now=NOON, **said)
    apply_import(session, tenant_id, staged.id, remove_gone=False, now=NOON)


def read_edges(name: str) -> list[tuple[str, str]]:
    """Read the ends of the links of a file, without the reader of the imports."""
    tree = ET.parse(ZOO / f"{name}.graphml")  # noqa: S314  a file that is known
    places = tree.iter("{http://graphml.graphdrawing.org/xmlns}edge")
    return [(one.attrib["source"], one.attrib["target"]) for one in places]
