"""Interfaces beside the REST interface that keep to a contract of others, each with its document.

What differs from one to the next is said here: where its addresses are, and how it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kernel.rest import Shape
from tenancy.parties import schemas as parties
from tenancy.parties.documents import PARTY, ROLES
from tenancy.scim import shapes as scim

UNPROCESSABLE, BAD_REQUEST = 422, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One interface.

    Attributes:
        prefixes: How its addresses begin.
        refused: The schema of a refusal, and `refused_type` its media type.
        invalid: The status of what does not fit.
    """

    title: str
    version: str
    about: str
    prefixes: Sequence[str]
    refused: Mapping[str, Any]
    refused_type: str = "application/json"
    invalid: int = BAD_REQUEST

    def status(self, status: int) -> int:
        """Give the status that a refusal has here."""
        return self.invalid if status == UNPROCESSABLE else status


_TOKEN = "Send an API token as `Authorization: Bearer <token>`."  # noqa: S105  no secret
CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        "scim": Contract(
            title="Members by SCIM 2.0",
            version="2.0",
            about=f"{_TOKEN} What is done of RFC 7643 and RFC 7644, for a token's organisation.",
            prefixes=("/scim/v2/",),
            refused=Shape("ScimError", scim.FAILURE),
            refused_type=scim.MEDIA_TYPE,
        ),
        "tmf632": Contract(
            title="Customers by TMF632 Party Management",
            version="4.0.0",
            about=f"{_TOKEN} Organizations alone, of those that one looks after.",
            prefixes=(f"{PARTY}/",),
            refused=Shape("Error", parties.FAILURE),
        ),
        "tmf669": Contract(
            title="Customers by TMF669 Party Role Management",
            version="4.0.0",
            about=f"{_TOKEN} The roles of the organizations that one looks after.",
            prefixes=(f"{ROLES}/",),
            refused=Shape("Error", parties.FAILURE),
        ),
    }
)
