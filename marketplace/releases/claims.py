"""What somebody says who claims a namespace, and which namespaces there can be. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kernel.errors import InvalidError, Problem
from marketplace.releases._tables import NAMESPACE_MAX, SUPPORT_MAX, TEXT_MAX, TITLE_MAX
from marketplace.releases.words import require_support, require_text

RESERVED = frozenset({"garland", "local", "core", "standard"})
"""Namespaces of the installation's own blocks, or so close to them that people would be misled."""
_NAMESPACE = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody says who claims a namespace.

    Attributes:
        title: What people call the publisher.
        support: Where users get help: a mail address or an https address.
        proof: What shows that the name is theirs.
    """

    namespace: str
    title: str
    support: str
    proof: str

    def __post_init__(self) -> None:
        if not _NAMESPACE.fullmatch(self.namespace):
            told = (
                "namespace: begin with a letter, then letters a to z, digits and hyphens, "
                f"{NAMESPACE_MAX} characters at most"
            )
            raise InvalidError(told, problems=[Problem("/namespace", told)])
        if self.namespace in RESERVED:
            told = f"namespace: {self.namespace} is kept for what comes with the product"
            raise InvalidError(told, problems=[Problem("/namespace", told)])
        require_text("title", self.title, TITLE_MAX)
        require_text("proof", self.proof, TEXT_MAX)
        require_support(self.support, SUPPORT_MAX)
