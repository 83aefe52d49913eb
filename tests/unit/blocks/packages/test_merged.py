"""Two indexes as one: its own comes first, revocations hold, the rest ends with its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from blocks.packages.merged import collisions, merge
from blocks.packages.signing import key_id
from blocks.packages.trust import Index, Release
from tests.factories.packages import KEY, OTHER_KEY
from tests.factories.tenancy import NOON

ID = key_id(KEY.public_key())


def make_index(publisher: str, **said: Any) -> Index:
    release = Release(f"sha256:{publisher}", NOON, publisher)
    index = Index(
        serial=3,
        expires=NOON + timedelta(days=1),
        publishers={publisher: {ID: KEY.public_key()}},
        packages={f"{publisher}.lamp": {"1.0.0": release}},
        revoked_keys={},
        revoked_digests={},
    )
    return replace(index, **said)


def test_both_vouch_for_what_is_theirs() -> None:
    both = merge(make_index("acme"), make_index("lake"), now=NOON)

    assert set(both.packages) == {"acme.lamp", "lake.lamp"}
    assert set(both.publishers) == {"acme", "lake"}
    assert both.serial == 6


def test_of_one_that_ended_only_what_was_revoked_holds() -> None:
    other = make_index("lake", expires=NOON, revoked_digests={"sha256:lake": "It leaks."})

    both = merge(make_index("acme"), other, now=NOON)

    assert "lake.lamp" not in both.packages
    assert both.revoked_digests == {"sha256:lake": "It leaks."}


def test_the_other_one_revokes_nothing_that_it_does_not_list_or_that_is_ones_own() -> None:
    mine = {"lake.copy": {"1.0.0": Release("sha256:acme", NOON, "lake")}}
    gone = {"sha256:acme": "Ours.", "sha256:unheard-of": "Ahead."}
    other = make_index("lake", packages=mine, revoked_digests=gone)

    assert merge(make_index("acme"), other, now=NOON).revoked_digests == {}


def test_the_other_one_speaks_for_no_publisher_of_ones_own() -> None:
    stolen = {"acme": {key_id(OTHER_KEY.public_key()): OTHER_KEY.public_key()}}
    release = Release("sha256:other", NOON, "acme")
    other = make_index("lake", publishers=stolen, packages={"acme.lamp": {"9.0.0": release}},
                       revoked_keys={ID: NOON})  # fmt: skip
    own = make_index("acme")

    both = merge(own, other, now=NOON)

    assert both.publishers == own.publishers
    assert both.packages == own.packages
    assert both.revoked_keys == {}
    assert collisions(own, other) == ["acme"]
