"""Whatever a test asks of the REST interface is read and answered as its document says."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, Request, Response, request
from typing_extensions import override
from werkzeug.datastructures import ImmutableMultiDict

from garland.reference.addresses import addresses
from garland.reference.openapi import SAME, openapi
from kernel.schema import Schema

_documents: dict[str, Any] = {}


class Noting(ImmutableMultiDict[str, str]):
    """A query that notes which of its names are read."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.read = set[str]()

    @override
    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.read.add(key)
        return super().get(key, *args, **kwargs)

    @override
    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.read.add(key)
        return super().getlist(key, *args, **kwargs)


class NotingRequest(Request):
    """A request whose query is noted."""

    parameter_storage_class = Noting


def check_answers(app: Flask) -> None:
    """Refuse an answer of the application that its document does not have.

    What is wrong is told by an error, which the test that asked sees as a fault of the server.
    """
    app.request_class = NotingRequest

    @app.after_request
    def check(response: Response) -> Response:
        found = _operation(app) if request.path.startswith("/api/v1/") else None
        if found is None:
            return response
        told = {one["name"] for one in found.get("parameters", []) if one["in"] == "query"}
        hidden: set[str] = getattr(request.args, "read", set()) - told
        assert not hidden, f"{found['operationId']} reads {hidden}: describe them"
        said = _said_of(found["responses"], str(response.status_code))
        content = said.get("content", {})
        if response.status_code == SAME:
            return response
        assert bool(content) == bool(response.get_data()), f"{found['operationId']}: a body?"
        if content:
            assert response.mimetype in content, f"{found['operationId']}: {response.mimetype}"
        if response.mimetype == "application/json":
            schema = _schema(found["operationId"], str(response.status_code))
            wrong = schema.problems(response.get_json())
            assert not wrong, f"{found['operationId']}: {wrong}"
        return response


def document_of(app: Flask) -> dict[str, Any]:
    """Give the document, written once for all applications of a test run: they are alike."""
    if not _documents:
        views = app.view_functions
        _documents.update(openapi(addresses(app.url_map.iter_rules(), views), server="http://x"))
    return _documents


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give every operation by its id."""
    return {
        one["operationId"]: one
        for methods in document["paths"].values()
        for one in methods.values()
    }


def _operation(app: Flask) -> dict[str, Any] | None:
    endpoint, chosen = request.endpoint or "", (request.view_args or {}).get("verb", "")
    package, _, view = endpoint.partition(".")
    found = operations_of(document_of(app))
    name = f"{package.removesuffix('_api')}.{view}"
    return found.get(f"{name}_{chosen}" if chosen else name)


def _said_of(responses: dict[str, Any], status: str) -> dict[str, Any]:
    """Give what is said of a status.

    All refusals have one form; `tests.api_contract` holds which of them an operation may give.
    """
    refusals = [one for name, one in sorted(responses.items()) if name >= "400"]
    found: dict[str, Any] = responses.get(status) or refusals[-1]
    return found


@cache
def _schema(name: str, status: str) -> Schema:
    responses = operations_of(_documents)[name]["responses"]
    said = _said_of(responses, status)["content"]["application/json"]["schema"]
    return Schema({**said, "components": _documents["components"]})
