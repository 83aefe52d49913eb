"""Where a block stands on the quality scale: what its folder shows, and what its author states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from blocks.authoring.folders import MANIFEST_FILE, BlockFolder, Finding
from blocks.authoring.usage import Usage
from blocks.manifest import Manifest
from blocks.quality import QUALITY_SCHEMA, RULES, Rule, Standing, find_rule
from blocks.translating import untranslated
from kernel.errors import MalformedError
from kernel.images import PICTURE_MAX_BYTES, why_no_image
from kernel.json_text import read_json
from kernel.schema import Schema

QUALITY_FILE = "quality.json"
OUTSIDE = frozenset({"http", "mail", "ssh", "snmp", "mqtt"})
PAGE_MIN = 100
KEYWORDS_MIN = 3

Judge = Callable[[BlockFolder, Manifest, Usage], Iterable[str]]
"""What is to do for a rule, a sentence each; nothing when it is done."""


def judge(
    folder: BlockFolder, usage: Usage, lacking: Mapping[str, str]
) -> tuple[list[Standing], list[Finding]]:
    """Say how a block stands to every rule, and what is wrong with what its author states.

    Args:
        folder: The block.
        usage: What its code asks for.
        lacking: Rules that are known to be open, with the remedy: those of the check.
    """
    stated, findings = _stated(folder)
    standings = []
    for rule in RULES:
        open_ = lacking.get(rule.id) or _seen(rule, folder, usage)
        standing, problem = _standing(rule, open_, stated.get(rule.id))
        standings.append(standing)
        if problem:
            findings.append(Finding(QUALITY_FILE, f"/rules/{rule.id}", problem))
    return standings, findings


def _stated(folder: BlockFolder) -> tuple[Mapping[str, Any], list[Finding]]:
    exempt = folder.document.get("exempt", {}) if folder.manifest else {}
    stated = {rule: {"status": "exempt", "reason": why} for rule, why in exempt.items()}
    unknown = [name for name in exempt if find_rule(name) is None]
    if unknown:
        message = "there is no such rule: docs/quality-scale.md has them all"
        return stated, [Finding(MANIFEST_FILE, f"/exempt/{one}", message) for one in unknown]
    file = folder.path / QUALITY_FILE
    if not file.is_file():
        return stated, []
    try:
        document = read_json(file.read_bytes(), what=QUALITY_FILE)
    except MalformedError as error:
        return stated, [Finding(QUALITY_FILE, "", error.message)]
    problems = Schema(QUALITY_SCHEMA).problems(document)
    if problems:
        return stated, [Finding(QUALITY_FILE, one.pointer, one.message) for one in problems]
    return {**stated, **document["rules"]}, []


def _standing(rule: Rule, lacks: str, said: Any) -> tuple[Standing, str]:
    status, reason = (said or {}).get("status"), (said or {}).get("reason", "")
    if status == "exempt":
        return _exempt(rule, lacks, reason)
    if status == "todo":
        return Standing(rule, "todo", reason or lacks or "its author says so"), ""
    if not rule.is_seen and status == "done":
        problem = "" if reason else "say in reason what was done, and when"
        return Standing(rule, "todo" if problem else "done", reason or problem), problem
    if status == "done" and lacks:
        return Standing(rule, "todo", lacks), f"it says done, but: {lacks}"
    return Standing(rule, "todo" if lacks else "done", lacks), ""


def _exempt(rule: Rule, lacks: str, reason: str) -> tuple[Standing, str]:
    if not rule.is_waivable:
        problem = f"nobody is exempt from {rule.id}: remove the entry"
        return Standing(rule, "todo" if lacks else "done", lacks), problem
    if not reason:
        problem = "exempt needs a reason: say why the rule does not apply"
        return Standing(rule, "todo", problem), problem
    return Standing(rule, "exempt", reason), ""


def _seen(rule: Rule, folder: BlockFolder, usage: Usage) -> str:
    if not rule.is_seen:
        return f'state it in {QUALITY_FILE}: {{"status": "done", "reason": "…"}}'
    if folder.manifest is None:
        return "mend the manifest first"
    told = list(_JUDGES[rule.id](folder, folder.manifest, usage)) if rule.id in _JUDGES else []
    return "; ".join(told)


def _page(folder: BlockFolder, _manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if len(folder.page.strip()) < PAGE_MIN:
        yield "write README.md: what the block is for, its settings, its ways out"


def _example(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if not manifest.examples:
        yield "give an example: config, input and what is to be expected"


def _titles(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    parts = {"/config": manifest.config, "/input": manifest.input}
    parts |= {f"/outputs/{index}": port.schema for index, port in enumerate(manifest.outputs)}
    for pointer, schema in parts.items():
        for where, field in fields_of(schema):
            if not field.get("title"):
                yield f"give {pointer}{where} a title"


def _errors(_folder: BlockFolder, manifest: Manifest, usage: Usage) -> Iterator[str]:
    for code in usage.errors:
        if manifest.declared_error(code) is None:
            yield f"declare the error {code} in /errors, with a text for the user"


def _port_examples(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    expected = [example["expect"] for example in manifest.examples]
    if manifest.behaviour.control and any("outcome" in one for one in expected):
        return  # who carries out what it asks for chooses the way out, see its outcome
    taken = {one.get("port") for one in expected}
    for port in manifest.outputs:
        if port.name not in taken:
            yield f"give an example that leaves by {port.name}"
    static = {port.name for port in manifest.outputs}
    if manifest.dynamic_outputs and not taken - static - {None}:
        yield "give an example that leaves by a port of its settings"


def _least(_folder: BlockFolder, manifest: Manifest, usage: Usage) -> Iterator[str]:
    for permission in manifest.permissions:
        if manifest.kind in ("python", "trigger") and permission.name not in usage.abilities:
            yield f"remove the permission {permission.name}: the code does not use it"
        if permission.reaches and "*" in permission.hosts:
            yield f"name the hosts of {permission.name} instead of *"


def _limit(folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    speaks = manifest.kind == "http" or any(one.name in OUTSIDE for one in manifest.permissions)
    if speaks and "timeout_s" not in folder.document["behaviour"]:
        yield "say in behaviour.timeout_s how long an attempt may take"


def _descriptions(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    for pointer, schema in (("/config", manifest.config), ("/input", manifest.input)):
        for where, field in fields_of(schema):
            speaks = field.get("type") == "boolean" or field.keys() & {"enum", "oneOf", "const"}
            if not speaks and not field.get("description"):
                yield f"describe {pointer}{where}"


def _error_examples(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    shown = {example["expect"].get("error") for example in manifest.examples}
    for error in manifest.errors:
        if error.code not in shown:
            yield f"give an example that ends with {error.code}"


def _repeats(folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    writes = manifest.behaviour.effects == "write"
    if writes and "idempotent" not in folder.document["behaviour"]:
        yield "say in behaviour.idempotent whether a repeat with the same key does no harm"


def _picture(folder: BlockFolder, _manifest: Manifest, _usage: Usage) -> Iterator[str]:
    names = re.findall(r"!\[[^\]\n]+\]\(([^)\s]+\.(?:svg|png))\)", folder.page)
    inside = [name for name in names if name in folder.names()]
    if not inside:
        yield "draw one with `garland block draw` and show it: ![In a workflow](docs/flow.svg)"
    for name in inside:
        content = (folder.path / name).read_bytes()
        if why := why_no_image(name, content, most=PICTURE_MAX_BYTES):
            yield f"mend {name}: {why}"


def _page_complete(folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    page = folder.page.casefold()
    named = [port.title for port in manifest.outputs]
    for schema in (manifest.config, manifest.input):
        named += [field.get("title", name) for name, field in _properties(schema)]
    for title in dict.fromkeys(named):
        if title.casefold() not in page:
            yield f"name {title} on the page"


def _page_example(folder: BlockFolder, _manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if not re.search(r"(\*\*|^#+ )Examples?\b", folder.page, re.MULTILINE):
        yield "show on the page how it is used, beginning with **Example.**"


def _keywords(_folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if len(manifest.keywords) < KEYWORDS_MIN:
        yield f"give at least {KEYWORDS_MIN} keywords: words people search by"


def _languages(folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if not manifest.i18n:
        yield "translate its texts: i18n, by language and pointer"
    for language, texts in sorted(manifest.i18n.items()):
        if left := untranslated(folder.document, texts):
            yield f"i18n/{language} leaves {len(left)} texts out, such as {left[0]}"


def _tests(folder: BlockFolder, _manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if not any((folder.path / "tests").glob("test_*.py")):
        yield "write tests/test_….py"


def _types(_folder: BlockFolder, _manifest: Manifest, usage: Usage) -> Iterator[str]:
    for name, place in usage.bare.items():
        yield f"give {name} types ({place.file}, {place.text})"


def _changes(folder: BlockFolder, manifest: Manifest, _usage: Usage) -> Iterator[str]:
    if manifest.version not in folder.text("CHANGELOG.md"):
        yield f"say in CHANGELOG.md what is new in {manifest.version}"


_JUDGES: Mapping[str, Judge] = {
    "page": _page,
    "example": _example,
    "titles": _titles,
    "errors": _errors,
    "port-examples": _port_examples,
    "least": _least,
    "limit": _limit,
    "descriptions": _descriptions,
    "error-examples": _error_examples,
    "repeats": _repeats,
    "picture": _picture,
    "page-complete": _page_complete,
    "page-example": _page_example,
    "keywords": _keywords,
    "languages": _languages,
    "tests": _tests,
    "types": _types,
    "changes": _changes,
}


def fields_of(schema: Any, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """List the fields of a schema, those of lists and objects inside too, with their pointers."""
    if not isinstance(schema, Mapping):
        return
    for name, field in _properties(schema):
        where = f"{pointer}/properties/{name}"
        yield where, field
        yield from fields_of(field, where)
    yield from fields_of(schema.get("items"), f"{pointer}/items")


def _properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in (schema.get("properties") or {}).items():
        if isinstance(field, Mapping):
            yield name, field
