"""A manifest of kind `http` that does not say what it means is refused, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.manifest import manifest_problems
from tests.factories.http_blocks import closed, http_document, http_request

ANY = [{"name": "http", "reason": "Asks", "hosts": ["*"]}]
NAMED = [{"name": "http", "reason": "Asks", "hosts": ["api.example.com"]}]


def pointers(**changes: Any) -> list[str]:
    return [problem.pointer for problem in manifest_problems(http_document(**changes))]


def request_pointers(**changes: Any) -> list[str]:
    return pointers(request=http_request(**changes))


def test_a_right_one_has_no_problems() -> None:
    assert pointers() == []


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("${config.nothing}/t", id="unknown setting"),
        pytest.param("${input.id}/t", id="server from the data"),
        pytest.param("https://${input.id}/t", id="host from the data"),
        pytest.param("https://${config.server}/t", id="host from free text"),
        pytest.param("https://api.${config.server}.com/t", id="label from free text"),
        pytest.param("https://a${config.server}.com/t", id="part of a label"),
        pytest.param("${config.server}.evil.example/t", id="server grown by a text"),
        pytest.param("${config.server}@evil.example/t", id="server made a user's name"),
        pytest.param("https://a.example:${config.server}/t", id="port from a setting"),
        pytest.param("ftp://a.example/t", id="another scheme"),
        pytest.param("//a.example/t", id="no scheme"),
        pytest.param("https://u:p@a.example/t", id="credentials"),
        pytest.param("https://a.example\\@b.example/t", id="backslash"),
        pytest.param("https://a.example/t?x=1", id="query"),
        pytest.param("https://a.example/../t", id="upwards"),
        pytest.param("https://a.example/${input.fields}", id="value that may be absent"),
        pytest.param("https://a.example/${input}", id="no field"),
        pytest.param("https://a.example/${run.id}", id="another root"),
        pytest.param("https://a.example/${input.id", id="never closed"),
    ],
)
def test_refuses_an_address_it_cannot_vouch_for(url: str) -> None:
    assert "/request/url" in request_pointers(url=url)


def test_a_host_must_be_permitted() -> None:
    inside = http_request(url="https://api.example.com/t")
    outside = http_request(url="https://api.example.org/t")

    assert pointers(permissions=NAMED, request=inside) == []
    assert pointers(permissions=NAMED, request=outside) == ["/request/url"]


def test_a_port_must_be_permitted() -> None:
    odd = http_request(url="https://api.example.com:8443/t")
    with_port = [{**NAMED[0], "ports": [8443]}]

    assert pointers(permissions=NAMED, request=odd) == ["/request/url"]
    assert pointers(permissions=with_port, request=odd) == []


def test_a_server_that_is_set_up_needs_every_host() -> None:
    assert pointers(permissions=NAMED) == ["/permissions"]


def test_a_method_must_be_permitted() -> None:
    assert pointers(permissions=[{**ANY[0], "methods": ["POST"]}]) == ["/request/method"]


LABEL = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}
FREE = {"type": "string"}


@pytest.mark.parametrize(
    ("site", "hosts", "found"),
    [
        pytest.param(LABEL, ["${config.site}.example.com"], [], id="one label"),
        pytest.param(
            {"type": "string"},
            ["${config.site}.example.com"],
            ["/permissions/0/hosts/0"],
            id="free",
        ),
        pytest.param(LABEL, ["*"], ["/request/url"], id="not named as it is written"),
        pytest.param(LABEL, ["*.example.com"], ["/request/url"], id="named by what is below"),
    ],
)
def test_a_setting_in_a_host_is_one_label_of_a_host_that_is_named(
    site: dict[str, Any], hosts: list[str], found: list[str]
) -> None:
    permissions = [{**ANY[0], "hosts": hosts}]
    request = http_request(url="https://${config.site}.example.com/t")

    config = closed(("site",), site=site)
    assert pointers(config=config, permissions=permissions, request=request) == found


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"query": {"x": "${input.nope}"}}, "/request/query"),
        ({"headers": {"X-A": "${config.nope}"}}, "/request/headers"),
        ({"headers": {"Authorization": "Bearer x"}}, "/request/headers/Authorization"),
        ({"headers": {"Host": "evil.example"}}, "/request/headers/Host"),
        ({"method": "POST", "body": {"a": ["${input.nope}"]}}, "/request/body"),
        ({"method": "POST", "body": "${input.id.deeper}"}, "/request/body"),
        ({"body": {}}, "/request/body"),
        ({"connection": "token"}, "/request/connection"),
        ({"answers": [{"status": "200", "port": "nope"}]}, "/request/answers/0/port"),
        ({"answers": [{"status": "200", "error": "a.nope"}]}, "/request/answers/0/error"),
        ({"answers": [{"status": "299-200", "port": "done"}]}, "/request/answers/0/status"),
        ({"answers": [{"status": "200"}]}, "/request/answers/0"),
        ({"answers": []}, "/request/answers"),
        ({"paging": {"items": "/body", "next": {"by": "pointer"}}}, "/request/paging/next/at"),
        ({"paging": {"items": "/body", "next": {"by": "offset"}}}, "/request/paging/next/query"),
        ({"surprise": 1}, "/request/surprise"),
    ],
)
def test_names_the_field_that_is_wrong(changes: dict[str, Any], pointer: str) -> None:
    assert pointer in request_pointers(**changes)


def test_only_this_kind_has_a_request() -> None:
    assert "/request" in pointers(kind="python")
    document = http_document()
    del document["request"]
    assert [problem.pointer for problem in manifest_problems(document)] == ["/request"]


def test_needs_the_permission_it_uses() -> None:
    assert pointers(permissions=[]) == ["/permissions"]
