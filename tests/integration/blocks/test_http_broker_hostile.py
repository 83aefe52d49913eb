"""Servers, names and redirects that mean harm: what the broker refuses, and by which error."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable

import pytest

from blocks.brokers.addresses import is_public
from blocks.brokers.http import HttpBroker
from blocks.permits import Permit
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from tests.integration.blocks.conftest import Peer
from tests.support.name_server import running_name_server
from tests.support.raw_server import running_raw_server

OPEN = HttpBroker(allow_private=True)
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
MIB = 1024 * 1024


def call(
    url: str,
    *,
    broker: HttpBroker = OPEN,
    method: str = "GET",
    permit: Permit | None = None,
    headers: dict[str, str] | None = None,
    timeout_s: float = 5,
) -> HttpResponse:
    request = HttpRequest(
        method=method,
        url=url,
        headers=headers or {},
        body=b"{}" if method == "POST" else b"",
        timeout_s=timeout_s,
        permit=permit or Permit(),
    )
    return broker.send(request)


def refusal(url: str, **asked: object) -> BlockError:
    with pytest.raises(BlockError) as caught:
        call(url, **asked)  # type: ignore[arg-type]  # what `call` takes
    return caught.value


def answered(content: bytes, **asked: object) -> BlockError:
    with running_raw_server(lambda caller: caller.sendall(content)) as server:
        return refusal(server.url, **asked)


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 127.0.0.1 count as public, so that what comes after it can be refused."""
    monkeypatch.setattr(
        "blocks.brokers.addresses.is_public",
        lambda address: address == "127.0.0.1" or is_public(address),
    )


@pytest.mark.usefixtures("loopback_is_public")
def test_a_name_that_changes_its_address_is_looked_up_once(peer: Peer) -> None:
    """The first answer is judged and called; the second, which leads inside, is not asked for."""
    with running_name_server("127.0.0.1", "10.0.0.1") as names:
        broker = HttpBroker(resolver=names.resolver())
        call(f"http://rebinds.example:{peer.port}/", broker=broker)

        assert names.asked == ["127.0.0.1"]

    assert peer.seen[0][2]["host"] == f"rebinds.example:{peer.port}"


@pytest.mark.usefixtures("loopback_is_public")
def test_a_redirect_to_the_same_name_is_looked_up_and_judged_anew(peer: Peer) -> None:
    with running_name_server("127.0.0.1", "10.0.0.1") as names:
        broker = HttpBroker(resolver=names.resolver())
        here = f"http://rebinds.example:{peer.port}"

        error = refusal(f"{here}/to?{here}/there", broker=broker)

    assert error.code == "http.forbidden_address"
    assert [path for _, path, _, _ in peer.seen] == [f"/to?{here}/there"]


@pytest.mark.usefixtures("loopback_is_public")
@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://10.0.0.1/", "http.forbidden_address"),
        ("http://[::ffff:10.0.0.1]/", "http.forbidden_address"),
        ("http://167772161/", "http.forbidden_address"),
        ("http://0xa.1/", "http.forbidden_address"),
        ("http://012.1/", "http.forbidden_address"),
        ("http://169.254.169.254/latest/meta-data/", "http.forbidden_address"),
        ("http://[fe80::1]/", "http.forbidden_address"),
        ("file:///etc/passwd", "http.bad_address"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "http.bad_address"),
        ("//user:pass@127.0.0.1/", "http.bad_address"),
        ("http://[::", "http.bad_answer"),
    ],
)
def test_a_redirect_inside_is_refused(peer: Peer, target: str, code: str) -> None:
    error = refusal(f"{peer.url}/to?{target}", broker=HttpBroker())

    assert (error.code, len(peer.seen)) == (code, 1)


@pytest.mark.parametrize("address", ["0.0.0.0", "169.254.169.254", "224.0.0.1", "::ffff:127.0.0.1"])  # noqa: S104  it is refused
def test_an_operator_who_allows_private_networks_does_not_open_the_rest(address: str) -> None:
    broker = HttpBroker(allow_private=True, resolver=lambda _host, _port: [address])

    assert refusal("http://inside.example/", broker=broker).code == "http.forbidden_address"


def test_the_permit_holds_for_the_host_of_a_redirect(peer: Peer) -> None:
    permit = Permit(hosts=("127.0.0.1",))

    error = refusal(f"{peer.url}/to?http://localhost:{peer.port}/", permit=permit)

    assert (error.code, len(peer.seen)) == ("block.not_permitted", 1)


def test_the_permit_holds_for_the_port_of_a_redirect(peer: Peer) -> None:
    error = refusal(f"{peer.url}/to?http://127.0.0.1:22/", permit=Permit(ports=(peer.port,)))

    assert (error.code, len(peer.seen)) == ("block.not_permitted", 1)


def test_the_permit_holds_for_the_method_after_a_redirect(peer: Peer) -> None:
    error = refusal(f"{peer.url}/see?/there", method="POST", permit=Permit(methods=("POST",)))

    assert (error.code, len(peer.seen)) == ("block.not_permitted", 1)


@pytest.mark.parametrize(
    ("status", "method"),
    [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")],
)
def test_a_redirect_keeps_or_drops_the_body_as_the_status_says(status: int, method: str) -> None:
    def write(caller: socket.socket) -> None:
        first = len(server.requests) == 1
        there = b"HTTP/1.1 %d x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n" % status
        caller.sendall(there if first else HEAD + b"Content-Length: 0\r\n\r\n")

    with running_raw_server(write) as server:
        call(server.url, method="POST", headers={"Content-Type": "application/json"})

        after = server.requests[1]
    assert after.startswith(f"{method} /b ".encode())
    assert (b"content-type" in after.lower()) is (method == "POST")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-A": "a\r\nX-B: b"}, id="line break"),
        pytest.param({"X A": "a"}, id="space in a name"),
        pytest.param({"X-A": "ü"}, id="no ASCII"),
        pytest.param({"Host": "inside.example"}, id="another host"),
        pytest.param({"hOST": "inside.example"}, id="another host in other letters"),
        pytest.param({"Content-Length": "5"}, id="another length"),
        pytest.param({"Transfer-Encoding": "chunked"}, id="another framing"),
        pytest.param({"X-A": "a" * 70_000}, id="too large"),
        pytest.param({f"X-{number}": "a" for number in range(101)}, id="too many"),
    ],
)
def test_a_header_that_says_how_the_message_is_carried_is_refused(
    peer: Peer, headers: dict[str, str]
) -> None:
    assert refusal(peer.url, headers=headers).code == "http.bad_header"
    assert peer.seen == []


def packed(content: bytes, named: bytes = b"gzip") -> bytes:
    return HEAD + b"Content-Encoding: " + named + b"\r\n\r\n" + content


def test_a_packed_answer_is_unpacked() -> None:
    with running_raw_server(lambda caller: caller.sendall(packed(gzip.compress(b"{}")))) as server:
        assert call(server.url).body == b"{}"
        assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(packed(gzip.compress(bytes(64 * MIB))), "http.too_large", id="bomb"),
        pytest.param(packed(gzip.compress(b"a")[:-9]), "http.bad_answer", id="cut off"),
        pytest.param(packed(b"no gzip"), "http.bad_answer", id="no gzip"),
        pytest.param(packed(b"a", b"gzip, gzip"), "http.bad_answer", id="packed twice"),
        pytest.param(packed(b"a", b"br"), "http.bad_answer", id="not asked for"),
        pytest.param(b"SSH-2.0-OpenSSH_9\r\n", "http.bad_answer", id="another protocol"),
        pytest.param(b"", "http.bad_answer", id="nothing"),
        pytest.param(HEAD + b"X: " + b"a" * 200_000, "http.bad_answer", id="endless header"),
        pytest.param(HEAD + b"X: a\r\n" * 40_000, "http.bad_answer", id="header bomb"),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", "http.bad_answer", id="chunks"
        ),
        pytest.param(HEAD + b"Content-Length: 10\r\n\r\nabc", "http.bad_answer", id="broken off"),
        pytest.param(HEAD + b"Content-Length: -1\r\n\r\n", "http.bad_answer", id="length below 0"),
        pytest.param(
            HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "http.bad_answer", id="two"
        ),
    ],
)  # fmt: skip
def test_an_answer_made_to_hurt_is_refused(content: bytes, code: str) -> None:
    assert answered(content).code == code


def _drip(part: bytes) -> Callable[[socket.socket], None]:
    def write(caller: socket.socket) -> None:
        for _ in range(30):
            caller.sendall(part)
            time.sleep(0.1)

    return write


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="never the answer itself"),
        pytest.param(b"H", id="never a line"),
    ],
)
def test_an_answer_that_never_comes_ends_in_time(part: bytes) -> None:
    began = time.monotonic()
    with running_raw_server(_drip(part)) as server:
        error = refusal(server.url, timeout_s=0.4)

        assert error.code in ("http.timeout", "http.bad_answer")
        assert time.monotonic() - began < 2


def test_a_name_server_that_never_answers_ends_in_time() -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        time.sleep(2)
        return ["127.0.0.1"]

    began = time.monotonic()
    error = refusal("http://a.example/", broker=HttpBroker(resolver=resolver), timeout_s=0.3)

    assert (error.code, error.retryable) == ("http.timeout", True)
    assert time.monotonic() - began < 1.5
