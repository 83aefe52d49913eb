"""Addresses that are secrets: where they lead, and who may not learn of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from blocks.sdk import BlockError
from kernel.errors import InvalidError
from runtime.connections.trying import try_connection
from tests.integration.runtime.connections.conftest import Calling
from tests.support.raw_server import RawServer, running_raw_server

HOOK = "/hooks/canary7f3aWithALongTail"
ANSWER = (
    b"HTTP/1.1 307 There\r\nLocation: " + HOOK.encode() + b"?a=1\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


@pytest.fixture
def server() -> Iterator[RawServer]:
    def write(caller: socket.socket) -> None:
        caller.sendall(ANSWER)

    with running_raw_server(write) as found:
        yield found


def make(calling: Calling, server: RawServer, url: str = "") -> None:
    address = url or server.url.rstrip("/") + HOOK
    calling.make("secret_url", {"url": address}, hosts=(f"127.0.0.1:{server.port}",))


def test_no_redirect_of_it_is_followed_nor_told(calling: Calling, server: RawServer) -> None:
    make(calling, server)

    answer = calling.call("")

    assert server.requests[0].startswith(f"GET {HOOK} ".encode())
    assert len(server.requests) == 1
    assert (answer.status, answer.headers["location"]) == (307, "***?a=1")


def test_a_step_cannot_send_it_elsewhere(calling: Calling, server: RawServer) -> None:
    make(calling, server)

    with pytest.raises(BlockError) as caught:
        calling.call(server.url + "mine")

    assert (caught.value.code, server.requests) == ("connections.wrong_kind", [])


def test_a_call_without_an_address_needs_a_connection_with_one(calling: Calling) -> None:
    calling.make("bearer", {"token": "canary-of-the-token"})

    with pytest.raises(BlockError) as caught:
        calling.call("")

    assert caught.value.code == "connections.wrong_kind"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://elsewhere.example" + HOOK, id="another host"),
        pytest.param("hooks.example.com" + HOOK, id="no scheme"),
        pytest.param("https://ann@hooks.example.com" + HOOK, id="with a user"),
    ],
)
def test_one_that_cannot_be_called_is_not_kept_and_not_repeated(
    calling: Calling, server: RawServer, url: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        make(calling, server, url)

    told = f"{caught.value.message}{caught.value.problems}"
    assert "/values/url" in told
    assert HOOK not in told


def test_its_test_posts_nothing(calling: Calling, server: RawServer) -> None:
    make(calling, server)
    connections = calling.connections()

    tried = try_connection(connections, connections.open(calling.organisation.id, "Tickets"))

    assert (tried.is_good, server.requests) == (True, [])
    assert "Nothing was sent" in tried.said
