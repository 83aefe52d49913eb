"""What SCIM refuses, each with its `scimType` (RFC 7644, 3.12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kernel.errors import ConflictError, MalformedError


class FilterError(MalformedError):
    """A filter that cannot be read, or is not answered here."""

    code = "scim.invalid_filter"


class PathError(MalformedError):
    """The path of an operation leads to nothing that is known."""

    code = "scim.invalid_path"


class NoTargetError(MalformedError):
    """The path of an operation fits, and no value is there for it."""

    code = "scim.no_target"


class ValueRefusedError(MalformedError):
    """A value that does not fit its attribute."""

    code = "scim.invalid_value"


class ReadOnlyError(MalformedError):
    """An attribute that nobody writes."""

    code = "scim.read_only"


class TakenError(ConflictError):
    """Another user has that name or address already."""

    code = "scim.taken"


TYPES: Mapping[str, str] = MappingProxyType(
    {
        "scim.invalid_filter": "invalidFilter",
        "scim.invalid_path": "invalidPath",
        "scim.no_target": "noTarget",
        "scim.invalid_value": "invalidValue",
        "scim.read_only": "mutability",
        "scim.taken": "uniqueness",
        "core.invalid": "invalidValue",
        "core.malformed": "invalidSyntax",
    }
)
"""What SCIM calls an error, by its code; one that is not here has no `scimType`."""
