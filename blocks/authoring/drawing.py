"""The picture of a block in a workflow, in its folder: `docs/flow.json`, drawn as `flow.svg`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from blocks.authoring.folders import BlockFolder, FolderError, read_folder
from blocks.drawings.faces import TRIGGERS, entry_of, trigger_entry, trigger_key
from blocks.drawings.icons import icon_of
from blocks.drawings.svg import draw
from blocks.manifest import Manifest
from blocks.registry import STANDARD_FOLDER
from kernel.errors import MalformedError
from kernel.json_text import read_json

FLOW_FILE = "docs/flow.json"
PICTURE_FILE = "docs/flow.svg"


def draw_folder(path: Path, *, anew: bool = False) -> Path:
    """Draw the picture of a block's folder; a workflow is made up where there is none.

    Args:
        path: The folder.
        anew: Whether to make up a new workflow in the place of one that is there.

    Raises:
        FolderError: the folder is none of a block, its manifest is wrong, or its workflow is none.
    """
    folder = read_folder(path)
    if folder.manifest is None:
        message = f"{path} cannot be drawn while its manifest is wrong: run `garland block check`."
        raise FolderError(message)
    file = path / FLOW_FILE
    if anew or not file.exists():
        file.parent.mkdir(exist_ok=True)
        flow = usual_flow(folder.manifest)
        file.write_text(json.dumps(flow, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    picture = path / PICTURE_FILE
    picture.write_text(picture_of(folder), encoding="utf-8")
    return picture


def picture_of(folder: BlockFolder) -> str:
    """Draw the workflow that a folder has as `docs/flow.json`.

    Raises:
        FolderError: it is no workflow.
    """
    if folder.manifest is None:
        raise FolderError(f"{folder.path} has a wrong manifest: run `garland block check`.")
    try:
        flow = read_json((folder.path / FLOW_FILE).read_bytes(), what=FLOW_FILE)
        users = [*flow["triggers"].items(), *_steps_of(flow)]
        entries = {f"trigger:{kind}": trigger_entry(kind) for kind in TRIGGERS}
        entries |= dict(_entries([user for _, user in users], folder))
        about = [id_ for id_, user in users if user.get("block") == folder.manifest.id]
        return draw(flow, entries, marked=about)
    except MalformedError as error:
        raise FolderError(error.message) from None
    except (KeyError, TypeError, AttributeError, ValueError):
        message = f"{FLOW_FILE} is no workflow that can be drawn: see `garland flow check`."
        raise FolderError(message) from None


def usual_flow(manifest: Manifest) -> dict[str, Any]:
    """Make up a workflow round a block: an alarm starts it, and what it found is noted."""
    if manifest.kind == "trigger":
        return _usual_start(manifest)
    ports = [port.name for port in manifest.outputs]
    steps: dict[str, Any] = {
        "it": {"block": manifest.id, "version": manifest.version, "position": [268, 0]}
    }
    wires = [{"from": "rule", "to": "it"}]
    followers = (
        ("note", "garland.set-alarm", {"text": "= 'Looked at'"}),
        ("log", "garland.write-log", {"message": "Nothing found"}),
    )
    for index, (port, (name, block, config)) in enumerate(zip(ports, followers, strict=False)):
        steps[name] = {
            "block": block,
            "version": "1.0.0",
            "config": config,
            "position": [540, index * 140],
        }
        wires.append({"from": f"it:{port}", "to": name})
    return {
        "flow": 1,
        "name": f"{manifest.title} in a workflow",
        "triggers": {"rule": {"kind": "rule", "position": [0, 0]}},
        "steps": steps,
        "wires": wires,
    }


def _usual_start(manifest: Manifest) -> dict[str, Any]:
    it = {"kind": "block", "block": manifest.id, "version": manifest.version, "position": [0, 0]}
    log = {
        "block": "garland.write-log",
        "version": "1.0.0",
        "config": {"message": "= 'New: ' + trigger.key"},
        "position": [268, 0],
    }
    return {
        "flow": 1,
        "name": f"{manifest.title} in a workflow",
        "triggers": {"it": it},
        "steps": {"log": log},
        "wires": [{"from": "it", "to": "log"}],
    }


def _steps_of(part: Any) -> Iterator[tuple[str, Any]]:
    for id_, step in part["steps"].items():
        yield id_, step
        if "body" in step:
            yield from _steps_of(step["body"])


def _entries(users: Iterable[Any], folder: BlockFolder) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what draws each block that is used: the folder's own, or one of Garland's."""
    for user in users:
        block_id = user.get("block", "")
        own = folder.manifest is not None and block_id == folder.manifest.id
        found = folder if own else _standard(block_id)
        if found is None or found.manifest is None:
            continue
        icon = found.path / found.manifest.icon
        entry = entry_of(found.manifest, icon_of(icon.read_bytes()) if icon.is_file() else "")
        if "kind" in user:
            yield trigger_key(user), {**entry, "sort": "trigger"}
        else:
            yield f"{block_id}@{user['version']}", entry


def _standard(block_id: str) -> BlockFolder | None:
    """Find a block that comes with Garland; its folder is named as its id is."""
    publisher, _, name = block_id.partition(".")
    path = STANDARD_FOLDER / name.replace("-", "_")
    if publisher != "garland" or not (path / "block.json").is_file():
        return None
    return read_folder(path)
