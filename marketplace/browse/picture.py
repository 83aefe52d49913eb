"""The picture of a block in a workflow, of a package that need not be installed."""

from __future__ import annotations

from blocks.authoring.drawing import usual_flow
from blocks.drawings.faces import entry_of, trigger_entry, trigger_key
from blocks.drawings.icons import icon_of
from blocks.drawings.svg import draw
from blocks.manifest import Manifest
from blocks.packages.package import Package
from blocks.registry import Block, standard_registry
from runtime.flows.layout import laid_out
from runtime.flows.picture import entries_of

_OWN = "docs/flow.svg"
_IT = "it"


def picture_of(package: Package, manifest: Manifest) -> bytes:
    """Give the picture that a block brings, or one of a workflow that is made up round it."""
    own = package.files.get(_OWN)
    if own:
        return own
    flow = laid_out(usual_flow(manifest))
    entries = entries_of(flow, standard_registry(), _icon)
    entry = entry_of(manifest, icon_of(package.files.get(manifest.icon, b"")))
    if manifest.kind == "trigger":
        facts = {name: entry[name] for name in ("title", "summary", "icon")}
        entries[trigger_key(flow["triggers"][_IT])] = {**trigger_entry("block"), **facts}
    else:
        entries[f"{manifest.id}@{manifest.version}"] = entry
    return draw(flow, entries, marked=[_IT]).encode()


def _icon(block: Block) -> str:
    return icon_of(block.icon_path.read_bytes())
