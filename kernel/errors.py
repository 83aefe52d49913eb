"""The one error tree: a stable code, an HTTP status, and facts a reader can act on.

Services raise these; only the edges (a request, a job, a correlator batch) catch them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of a document.

    Attributes:
        pointer: JSON Pointer (RFC 6901) to the field, "" for the whole document.
        message: A sentence naming the field and the remedy.
    """

    pointer: str
    message: str


class GarlandError(Exception):
    """Anything Garland refuses or cannot do, with facts in `detail`."""

    code = "core.error"
    status = 500

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class InvalidError(GarlandError):
    """A document or form cannot be accepted as it is; `problems` name each field."""

    code = "core.invalid"
    status = 422

    def __init__(self, message: str, *, problems: Iterable[Problem] = (), **detail: Any) -> None:
        super().__init__(message, **detail)
        self.problems = tuple(problems)


class MalformedError(GarlandError):
    """The bytes that came are not what the content type says."""

    code = "core.malformed"
    status = 400


class UnauthorizedError(GarlandError):
    """Nobody is signed in, or the token is unknown."""

    code = "core.unauthorized"
    status = 401


class ForbiddenError(GarlandError):
    """The acting person may see this but not do that."""

    code = "core.forbidden"
    status = 403


class NotFoundError(GarlandError):
    """No such thing, or it belongs to somebody else: the two are never told apart."""

    code = "core.not_found"
    status = 404


class ConflictError(GarlandError):
    """Somebody else changed it first, or the name is taken."""

    code = "core.conflict"
    status = 409


class TooLargeError(GarlandError):
    """More bytes than the limit, which `detail` states."""

    code = "core.too_large"
    status = 413


class UnsupportedTypeError(GarlandError):
    """The content type is not one this address reads."""

    code = "core.unsupported_type"
    status = 415


class TooManyError(GarlandError):
    """Over a rate limit or quota; `retry_after_s` says when to come back."""

    code = "core.too_many"
    status = 429

    def __init__(self, message: str, *, retry_after_s: int, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.retry_after_s = retry_after_s


class UnavailableError(GarlandError):
    """Something Garland depends on does not answer right now."""

    code = "core.unavailable"
    status = 503


class NotDoneHereError(GarlandError):
    """A contract that is kept here knows it, and it is not done."""

    code = "core.not_implemented"
    status = 501
