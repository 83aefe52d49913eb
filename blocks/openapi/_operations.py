"""The operations of a document, whichever version of OpenAPI it is written in.

Swagger 2 says body and forms as parameters and kinds of content beside them; OpenAPI 3 has them
in maps of their own. Both become the same here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from blocks.openapi._document import Part, PartError, followed
from blocks.openapi.reading import refused

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
FORM = "application/x-www-form-urlencoded"
_VERSIONS = ("2.", "3.0", "3.1")
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3.1, 4.8.12.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value of the address or a header; `is_repeated` writes a list as several."""

    name: str
    where: str
    is_required: bool
    schema: Part
    is_repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A body: its kind, its schema, and an example where the document has one."""

    content_type: str
    schema: Part
    is_required: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, with what its path says for all of them."""

    method: str
    path: str
    part: Part
    path_part: Part
    is_old: bool
    notes: dict[str, None] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The operation's id in the document, else its method and path."""
        return self.part.text("operationId") or f"{self.method} {self.path}"

    def parameters(self) -> list[Parameter]:
        """List what stands in the address and headers; the operation's own go first."""
        found: dict[tuple[str, str], Parameter] = {}
        for one in (*self.part.listed("parameters"), *self.path_part.listed("parameters")):
            name, where = one.text("name"), one.text("in")
            if where in ("body", "formData") or (name, where) in found:
                continue
            if where == "header" and name.lower() in _IGNORED_HEADERS:
                continue
            reason = self._why_not(one, name, where)
            if not reason:
                found[name, where] = self._parameter(one, name, where)
            elif one.flag("required") or where == "path":
                raise PartError(one.pointer, f"the parameter {name} {reason}")
            else:
                self.notes[f"the parameter {name} {reason}: left out"] = None
        return list(found.values())

    def body(self) -> Message | None:
        """Give what is sent."""
        return self._old_body() if self.is_old else self._new_body()

    def answers(self) -> dict[str, Part]:
        """Give the described answers by their status."""
        return {status: part for status, part in self.part.parts("responses") if status.strip()}

    def answer_body(self, answer: Part) -> Message | None:
        """Give what an answer brings, as JSON."""
        if self.is_old:
            if not isinstance(answer.fields.get("schema"), dict):
                return None
            shown = answer.part("examples").fields.get("application/json")
            schema = answer.part("schema")
            return Message(content_type="application/json", schema=schema, example=shown)
        return next((one for one in _contents(answer) if "json" in one.content_type), None)

    def _why_not(self, one: Part, name: str, where: str) -> str:
        if not name or where not in ("path", "query", "header"):
            return f"stands in {where or 'nowhere'}, which cannot be filled"
        schema = one if self.is_old else one.part("schema")
        if "content" in one.fields or one.text("style") == "deepObject":
            return "is written in a way that cannot be filled"
        if schema.text("type") == "object" or "properties" in schema.fields:
            return "is an object"
        return ""

    def _parameter(self, one: Part, name: str, where: str) -> Parameter:
        if self.is_old:
            repeated = one.text("collectionFormat") == "multi"
        else:
            repeated = where == "query" and one.fields.get("explode") is not False
        return Parameter(
            name=name,
            where=where,
            is_required=one.flag("required") or where == "path",
            schema=one if self.is_old else one.part("schema"),
            is_repeated=repeated,
        )

    def _old_body(self) -> Message | None:
        listed = [*self.part.listed("parameters"), *self.path_part.listed("parameters")]
        fields = [one for one in listed if one.text("in") == "formData"]
        if any(one.text("type") == "file" for one in fields):
            raise PartError(self.part.pointer, "it sends a file, which no block can")
        if fields:
            properties = {one.text("name"): dict(one.fields) for one in fields}
            needed = [one.text("name") for one in fields if one.flag("required")]
            schema = {"type": "object", "properties": properties, "required": needed}
            part = Part(self.part.root, self.part.pointer, schema)
            return Message(content_type=FORM, schema=part, is_required=bool(needed))
        body = next((one for one in listed if one.text("in") == "body"), None)
        if body is None:
            return None
        kinds = self.part.texts("consumes") or Part(self.part.root, "", self.part.root).texts(
            "consumes"
        )
        return Message(
            content_type=_chosen(kinds or ["application/json"], self.method, self.part.pointer),
            schema=body.part("schema"),
            is_required=body.flag("required"),
        )

    def _new_body(self) -> Message | None:
        if "requestBody" not in self.part.fields:
            return None
        body = self.part.part("requestBody")
        found = {one.content_type: one for one in _contents(body)}
        if not found:
            return None
        chosen = found[_chosen(list(found), self.method, body.pointer)]
        return Message(
            content_type=chosen.content_type,
            schema=chosen.schema,
            is_required=body.flag("required"),
            example=chosen.example,
        )


def operations_of(document: dict[str, Any]) -> tuple[list[Operation], list[str]]:
    """List the operations of a document, and what in its paths could not be read.

    Raises:
        InvalidError: it is no OpenAPI document, or of a version that is not read.
    """
    version = document.get("swagger", document.get("openapi"))
    if not str(version).startswith(_VERSIONS):
        raise refused("", "it is no OpenAPI document: it begins with swagger: 2.0 or openapi: 3.…")
    paths = document.get("paths")
    if not isinstance(paths, dict):
        raise refused("/paths", "the document has no paths, so there is nothing to call")
    root = Part(document, "", document)
    found, wrong = [], []
    for path in paths:
        try:
            item = followed(root.part("paths").made(paths[path], path))
            below = [
                (name, item.made(item.fields[name], name))
                for name in METHODS
                if name in item.fields
            ]
        except PartError as error:
            wrong.append(f"{error.pointer}: {error.message}")
            continue
        found += [
            Operation(
                method=name.upper(),
                path=path,
                part=part,
                path_part=item,
                is_old="swagger" in document,
            )
            for name, part in below
        ]
    return found, wrong


def _contents(part: Part) -> Iterator[Message]:
    for kind, media in part.parts("content"):
        shown = media.fields.get("example")
        if shown is None:
            shown = next((one.fields.get("value") for _, one in media.parts("examples")), None)
        schema = media.part("schema")
        yield Message(content_type=_plain(kind), schema=schema, example=shown)


def _chosen(kinds: list[str], method: str, pointer: str) -> str:
    """Choose a kind of content that a block can send; a patch goes as a merge patch (RFC 7396)."""
    plain = [_plain(kind) for kind in kinds]
    wanted = ["application/json", "application/merge-patch+json"]
    wanted = wanted[::-1] if method == "PATCH" else wanted
    others = [one for one in plain if one.endswith("+json")]
    for kind in (*wanted, *others, FORM, "text/plain", "*/*"):
        if kind in plain:
            return "application/json" if kind == "*/*" else kind
    raise PartError(pointer, f"it sends {', '.join(plain)[:100]}, which no block can")


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
