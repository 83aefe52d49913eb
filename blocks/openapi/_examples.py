"""Examples of a block: what the document shows, where it fits, else values made up to fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from blocks.kinds._http_answers import without_nulls
from blocks.kinds._references import as_text
from blocks.openapi._messages import Taken
from blocks.openapi._operations import FORM, Message, Operation
from blocks.openapi._samples import sample_of
from kernel.schema import Schema

SERVER = "https://server.example"
SIZE_MAX = 20_000


def examples_of(
    manifest: Mapping[str, Any], taken: Taken, answer: Message | None, operation: Operation
) -> list[dict[str, Any]]:
    """Make one example of a good answer, and one of a refusal; none where nothing fits."""
    given = _input(taken)
    if given is None:
        operation.notes["no example: nothing was found that fits its input"] = None
        return []
    call = _call(manifest["request"], taken, given)
    base = {"config": {"server": SERVER}, "input": given}
    good, output = _answered(manifest, answer)
    refusal = {"status": 400, "json": {}}
    return [
        {
            "title": "The server answers",
            **base,
            "services": {"http": [call | good]},
            "expect": {"port": "done", "output": output},
        },
        {
            "title": "The server refuses",
            **base,
            "services": {"http": [call | refusal]},
            "expect": {"port": "refused", "output": {"status": 400, "body": {}}},
        },
    ]


def _input(taken: Taken) -> dict[str, Any] | None:
    fits = Schema(taken.schema).accepts
    made = sample_of(taken.schema)
    shown = taken.body.example if taken.body else None
    if isinstance(made, dict) and shown is not None and len(str(shown)) <= SIZE_MAX:
        filled = {**made, "body": shown}
        if fits(filled):
            return filled
    return made if isinstance(made, dict) and fits(made) else None


def _call(request: Mapping[str, Any], taken: Taken, given: Mapping[str, Any]) -> dict[str, Any]:
    path = request["url"].removeprefix("${config.server}")
    pairs: list[tuple[str, str]] = []
    for name, one in taken.fields.items():
        if name not in given:
            continue
        value = given[name]
        if one.where == "path":
            path = path.replace(f"${{input.{name}}}", quote(as_text(value, name), safe=""))
        elif one.where == "query":
            is_several = one.is_repeated and isinstance(value, list)
            pairs += [
                (one.name, as_text(item, name)) for item in (value if is_several else [value])
            ]
    query = f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""
    call = {"method": request["method"], "url": SERVER + path + query}
    is_json = taken.body is not None and taken.body.content_type not in (FORM, "text/plain")
    return call | ({"expect_json": given["body"]} if is_json and "body" in given else {})


def _answered(
    manifest: Mapping[str, Any], answer: Message | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    done = manifest["outputs"][0]["schema"]
    more = {"more": False} if "paging" in manifest["request"] else {}
    if answer is None or manifest["request"]["method"] == "HEAD":
        return {"status": 204}, {"status": 204, **more}
    shown = without_nulls(answer.example)
    body = done["properties"]["body"]
    if shown is None or len(str(shown)) > SIZE_MAX or not Schema(body).accepts(shown):
        shown = sample_of(body)
    if shown is None:
        return {"status": 200}, {"status": 200, **more}
    good = {"status": 200, "json": shown}
    if more and isinstance(shown, list):
        good["headers"] = {"x-total-count": str(len(shown))}
    return good, {"status": 200, "body": shown, **more}
