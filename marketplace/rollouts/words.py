"""What a provider is told of an organisation that cannot be moved: words about the block alone.

The message of an error may name workflows and what is in them, which is nobody's but its owner's;
so of an error only its code is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kernel.errors import GarlandError

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "block.consent_needed": "it has to agree to what the version asks for",
        "block.not_offered": "a provider above it does not offer the version",
        "block.other_digest": "another package is installed there under this version",
        "block.recalled": "the version was recalled",
        "block.unusable_there": "the version is there and may not be used",
        "core.conflict": "something changed there meanwhile",
        "core.invalid": "a workflow would not work with it",
        "core.not_found": "the version is not to be had there",
        "flow.block_replaced": "a workflow uses another block whose package was replaced",
        "flow.needs_second": "a second person there has to say yes to what goes live",
        "key.revoked": "the key that signed the version was revoked",
        "package.revoked": "the version was revoked",
        "plan.not_included": "its plan does not hold a block that it needs",
    }
)
ONE_ALONE = "nobody signed the version: have two people approve it, or have it installed there"
NOT_BACK = "it could not be taken back, and is tried again"
OTHERWISE = "it cannot be installed or go live there"


def told_of(error: GarlandError) -> str:
    """Say why somebody is kept back, by the code of what refused it."""
    return _WORDS.get(error.code, OTHERWISE)
