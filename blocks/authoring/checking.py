"""Is a block's folder fit to be packed: all that can be said without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.authoring.folders import (
    CODE_FILE,
    ENTRIES,
    KINDS_WITH_CODE,
    MANIFEST_FILE,
    PAGE_FILE,
    BlockFolder,
    Finding,
)
from blocks.authoring.judging import judge
from blocks.authoring.usage import OUTSIDE, Usage, usage_of
from blocks.manifest import ERROR_PORT, Manifest
from blocks.quality import Level, Standing, level_of
from kernel.images import why_no_image

_KEY_WITHIN = 64 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        findings: What has to be mended before the block can be packed.
        notes: Advice.
        standings: How it stands to each rule of the quality scale.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    standings: tuple[Standing, ...]

    @property
    def level(self) -> Level:
        """The level it has reached; none while something has to be mended."""
        return Level.NONE if self.findings else level_of(self.standings)


def check_folder(folder: BlockFolder) -> Checked:
    """Check a block's folder; its code is read, never run."""
    entry = _entry_name(folder)
    usage = usage_of(folder.code, entry)
    by_rule = {
        "manifest": list(folder.findings),
        "entry": list(_entry(folder, usage, entry)),
        "permissions": list(permission_findings(folder, usage)),
        "icon": list(_icon(folder)),
        "page": list(_page(folder)),
    }
    lacking = {rule: found[0].message for rule, found in by_rule.items() if found}
    licence = next((one for one in folder.findings if one.pointer == "/licence"), None)
    lacking |= {"licence": licence.message} if licence else {}
    standings, stated = judge(folder, usage, lacking)
    findings = [one for found in by_rule.values() for one in found]
    findings += [*_ports(folder, usage), *_private(folder), *stated]
    return Checked(tuple(findings), tuple(_notes(usage)), tuple(standings))


def usage_in(folder: BlockFolder) -> Usage:
    """Read what the code of a block's folder asks for."""
    return usage_of(folder.code, _entry_name(folder))


def _entry_name(folder: BlockFolder) -> str:
    return next((name for name in ENTRIES if name in folder.code), CODE_FILE)


def _entry(folder: BlockFolder, usage: Usage, entry: str) -> Iterator[Finding]:
    manifest = folder.manifest
    for place, why in usage.broken.items():
        yield Finding(place.file, place.text, f"Python cannot read it: {why}")
    if manifest is None or manifest.kind not in KINDS_WITH_CODE:
        return
    if entry not in folder.code:
        yield Finding(entry, "", "it is missing: write it, with def run(ctx)")
    elif not usage.has_run and not any(one.file == entry for one in usage.broken):
        yield Finding(entry, "", "it has no function run: write def run(ctx)")


def permission_findings(folder: BlockFolder, usage: Usage) -> Iterator[Finding]:
    """Name what the code uses and does not declare, and what is declared and nothing uses."""
    manifest = folder.manifest
    if manifest is None or manifest.kind not in KINDS_WITH_CODE:
        return
    declared = {one.name for one in manifest.permissions}
    for name, place in usage.abilities.items():
        if name not in declared:
            message = (
                f"it uses ctx.{name}, which {MANIFEST_FILE} does not ask for: add"
                f' {{"name": "{name}", "reason": "…"}} to permissions'
            )
            yield Finding(place.file, place.text, message)
    for index, permission in enumerate(manifest.permissions):
        if permission.name not in usage.abilities:
            message = f"nothing in the code uses ctx.{permission.name}: remove the permission"
            yield Finding(MANIFEST_FILE, f"/permissions/{index}", message)
    yield from _slots(manifest, usage)


def _slots(manifest: Manifest, usage: Usage) -> Iterator[Finding]:
    declared = {one.slot for one in manifest.secrets}
    for slot, place in usage.slots.items():
        if slot not in declared:
            message = f"it uses the connection {slot}, which {MANIFEST_FILE} has no slot for"
            yield Finding(place.file, place.text, f"{message}: add it to secrets")
    for index, secret in enumerate(manifest.secrets):
        if secret.slot not in usage.slots:
            message = f'nothing in the code uses it: ask with connection="{secret.slot}", or remove'
            yield Finding(MANIFEST_FILE, f"/secrets/{index}", f"{message} the slot")


def _icon(folder: BlockFolder) -> Iterator[Finding]:
    if folder.manifest is None:
        return
    name = folder.manifest.icon
    try:
        content = (folder.path / name).read_bytes()
    except OSError:
        yield Finding(name, "", "the icon is missing: add it")
        return
    if why := why_no_image(name, content):
        yield Finding(name, "", why)


def _page(folder: BlockFolder) -> Iterator[Finding]:
    if not (folder.path / PAGE_FILE).is_file():
        yield Finding(PAGE_FILE, "", "it is missing: say what the block is for")


def _ports(folder: BlockFolder, usage: Usage) -> Iterator[Finding]:
    manifest = folder.manifest
    if manifest is None or manifest.dynamic_outputs:
        return
    declared = {one.name for one in manifest.outputs}
    for port, place in usage.ports.items():
        if port == ERROR_PORT:
            message = 'error is taken by raising: raise BlockError("your.code", "…")'
            yield Finding(place.file, place.text, message)
        elif port not in declared:
            listed = ", ".join(sorted(declared))
            message = f"it leaves by {port}, which is no way out of it: {listed}"
            yield Finding(place.file, place.text, message)


def _private(folder: BlockFolder) -> Iterator[Finding]:
    """What must never travel: a package goes to everybody."""
    for name in folder.names():
        with (folder.path / name).open("rb") as opened:
            if b"PRIVATE KEY-----" in opened.read(_KEY_WITHIN):
                message = "a private key lies here and would be packed: move it out of the folder"
                yield Finding(name, "", message)


def _notes(usage: Usage) -> Iterator[Finding]:
    for module, place in usage.outside.items():
        yield Finding(place.file, place.text, f"it imports {module}, but {OUTSIDE[module]}")
