"""Which parameters of a query each address reads: told by the addresses themselves.

An address is asked with none, and what it looks up is noted; a new parameter is so found the day
it comes, and nobody has to list it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from typing_extensions import override
from werkzeug.datastructures import ImmutableMultiDict

from tests.isolation.crawl import Call

NOT_WORDS = {"limit", "cursor"}
"""What takes no word: bounded numbers, and places in a list, which have a test of their own."""
_read: set[str] = set()


class _Noting(ImmutableMultiDict[str, str]):
    """A query that notes by which names it is asked."""

    @override
    def get(self, key: Any, *others: Any, **named: Any) -> Any:
        _read.add(key)
        return super().get(key, *others, **named)

    @override
    def getlist(self, key: Any, *others: Any, **named: Any) -> Any:
        _read.add(key)
        return super().getlist(key, *others, **named)

    @override
    def __getitem__(self, key: Any) -> Any:
        _read.add(key)
        return super().__getitem__(key)

    @override
    def __contains__(self, key: object) -> bool:
        _read.add(str(key))
        return super().__contains__(key)


class _Request(Request):
    """A request whose form stays as ever: it is the query alone that is noted."""

    @property
    @override
    def args(self) -> Any:
        return _Noting(super().args)


@contextmanager
def noted(app: Flask) -> Iterator[None]:
    """Let requests note what they read of their query."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "request_class", _Request)
        yield


def read_by(client: FlaskClient, call: Call, tenant: str) -> set[str]:
    """Give the names of the query that an address looks up; within `noted`."""
    _read.clear()
    client.get(call.address(tenant, {}))
    return _read - NOT_WORDS
