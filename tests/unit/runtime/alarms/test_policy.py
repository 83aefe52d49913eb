"""The lifecycle policy: what a tenant may decide, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy, parse_policy, ttl_of


def test_what_is_left_out_is_as_the_code_says() -> None:
    assert parse_policy({}) == DEFAULT
    assert parse_policy({"ttl_s": 600}) == LifecyclePolicy(ttl_s=600)


def test_a_policy_reads_back_what_it_writes() -> None:
    policy = LifecyclePolicy(escalate_after_min=(10, 30), hold_clears_s=60)

    assert parse_policy(policy.document()) == policy


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param({"ttl_s": 59}, "/ttl_s", id="a TTL under a minute"),
        pytest.param({"reopen_within_s": -1}, "/reopen_within_s", id="a negative window"),
        pytest.param(
            {"escalate_after_min": [30, 10]}, "/escalate_after_min", id="levels that fall"
        ),
        pytest.param({"escalate_after_min": [0]}, "/escalate_after_min/0", id="a level at once"),
        pytest.param(
            {"acknowledged_kept_days": 20, "cleared_kept_days": 10},
            "/acknowledged_kept_days",
            id="acknowledged kept longer",
        ),
    ],
)
def test_a_refusal_names_the_field(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_policy(document)

    assert [one.pointer for one in refused.value.problems] == [pointer]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param({}, 600, id="the tenant's"),
        pytest.param({"ttl_s": 60}, 60, id="the source's own"),
        pytest.param({"ttl_s": 0}, 0, id="never, for this source"),
        pytest.param({"ttl_s": "soon"}, 600, id="unreadable"),
    ],
)
def test_a_source_may_have_its_own_ttl(config: dict[str, Any], expected: int) -> None:
    assert ttl_of(config, LifecyclePolicy(ttl_s=600)) == expected
