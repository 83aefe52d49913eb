"""Passwords and keys in texts and fields: what is one, and what only looks like one."""

from __future__ import annotations

import pytest

from marketplace.sharing.secrets import secrets_in
from tests.unit.marketplace.sharing.planting import (
    Document,
    kinds,
    one_step,
)


@pytest.mark.parametrize(
    "config",
    [
        {"headers": {"X-Api-Key": "1"}},
        {"headers": {"Authorization": "= 'Bearer abc' + vars.t"}},
        {"password": ["x", "y"]},
    ],
)
def test_a_field_that_says_it_holds_a_secret_is_one(config: Document) -> None:
    assert "secret" in kinds(one_step(**config))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: $uperSecret99", "$uperSecret99"),
        ("password=<S3cret!>", "<S3cret!>"),
        ("password={S3cret!}", "{S3cret!}"),
        ("pwd run.Fast2024!", "run.Fast2024!"),
        ("pwd: env.Fast2024", "env.Fast2024"),
        ("password is {hunter2}", "{hunter2}"),
        ("token=vars.hunter2", "vars.hunter2"),
        ("Bearer run.Fast2024", "run.Fast2024"),
        ("Bearer $uperSecret99", "$uperSecret99"),
        ("password: ${VAR}x", "${VAR}x"),
        ("password: fill_in_hunter2", "fill_in_hunter2"),
        ("<b>Password:</b> hunter2", "hunter2"),
        ("{password: hunter2}", "hunter2"),
        ("= {password: 'hunter2'}", "hunter2"),
        ("curl -u admin:hunter2 https://desk", "hunter2"),
        ("curl --user=admin:$umm3r -X GET", "$umm3r"),
        ("curl '-u' 'admin:hunter2'", "hunter2"),
        ("get https://joe:hunter2@desk", "hunter2"),
        ("redis://:hunter2@cache", "hunter2"),
        ("get https://joe:p@ss<w>@desk/x", "p@ss<w>"),
    ],
)
def test_a_password_is_found_whatever_it_begins_with(text: str, secret: str) -> None:
    assert secret in [text[one.start : one.end] for one in secrets_in(text)]


@pytest.mark.parametrize(
    "text",
    [
        "password: ${PASSWORD}",
        "password: {{ vars.password }}",
        'curl -u "admin:{{vars.password}}"',
        "https://${USER}:${PASSWORD}@desk",
        "token=<your token>",
        "<b>Password:</b> <i>",
        "= {token: trigger.body.token}",
        "= vars.password == steps.ask.output.password",
        "docker run -u 1000:1000 image",
        "the password is wrong, and the token expired",
        "Bearer authentication",
        "password policy. Passwords of 12 letters",
    ],
)
def test_what_stands_for_a_password_is_none(text: str) -> None:
    assert list(secrets_in(text)) == []


def test_an_expression_that_reads_a_secret_from_elsewhere_is_none() -> None:
    document = one_step(headers={"Authorization": "= 'Bearer ' + vars.given"})

    assert kinds(document) == set()
