"""What a connection puts into a call, and where it does not."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typing_extensions import override

from blocks.manifest import Inject
from blocks.sdk import BlockError
from tenancy.connections.store import rotate_connection
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT
from tests.integration.runtime.connections.conftest import ANY, Calling


@dataclass
class Echo:
    """Remembers what came; `/to?there` redirects there, `/only/<key>` wants that key."""

    port: int = 0
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/x", host: str = "127.0.0.1") -> str:
        """Give an address of it."""
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            echo.calls.append((self.path, headers))
            moves, _, target = self.path.partition("?there=")
            wanted = self.path.rpartition("/only/")[2] if "/only/" in self.path else None
            refused = wanted is not None and headers.get("x-key") != wanted
            self.send_response(302 if target else 401 if refused else 200)
            if target and moves:
                self.send_header("Location", target.partition("&")[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    echo.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield echo
    server.shutdown()
    server.server_close()


KEY = {"key": "canary-of-the-key", "name": "X-Key"}


@pytest.mark.parametrize(
    ("kind", "values", "header", "expected"),
    [
        pytest.param("api_key", KEY, "x-key", "canary-of-the-key", id="API key"),
        pytest.param(
            "api_key",
            {**KEY, "prefix": "Token "},
            "x-key",
            "Token canary-of-the-key",
            id="with a prefix",
        ),
        pytest.param(
            "basic",
            {"user": "ann", "password": "pä:ss"},
            "authorization",
            "Basic " + base64.b64encode("ann:pä:ss".encode()).decode(),
            id="basic",
        ),
        pytest.param("bearer", {"token": "t0k"}, "authorization", "Bearer t0k", id="bearer"),
    ],
)
def test_a_call_carries_what_its_kind_puts_in(
    calling: Calling, echo: Echo, kind: str, values: Any, header: str, expected: str
) -> None:
    calling.make(kind, values, hosts=(f"127.0.0.1:{echo.port}",))

    calling.call(echo.url(), headers={header.upper(): "the block's own"})

    assert echo.calls[0][1][header] == expected


def test_a_key_in_the_query_takes_the_place_of_the_blocks_own(calling: Calling, echo: Echo) -> None:
    values = {"key": "k&y", "place": "query", "name": "key"}
    calling.make("api_key", values, hosts=(f"127.0.0.1:{echo.port}",))

    calling.call(echo.url("/x?key=mine&a=1"))

    assert echo.calls[0][0] == "/x?a=1&key=k%26y"


def test_a_block_may_say_where_a_key_goes(calling: Calling, echo: Echo) -> None:
    calling.make(hosts=(f"127.0.0.1:{echo.port}",))
    slot = replace(ANY, inject=Inject(via="header", name="Authorization", prefix="Key "))

    calling.call(echo.url(), slot=slot)

    assert echo.calls[0][1]["authorization"] == "Key canary-of-the-key"


@pytest.mark.parametrize(
    ("hosts", "over_http", "why"),
    [
        pytest.param(("api.example.com",), True, "none of the hosts", id="another host"),
        pytest.param(("127.0.0.1",), True, "none of the hosts", id="another port"),
        pytest.param(None, False, "not encrypted", id="over http where that is not allowed"),
    ],
)
def test_a_secret_is_not_sent_where_its_connection_does_not_go(
    calling: Calling, echo: Echo, hosts: Any, over_http: bool, why: str
) -> None:
    calling.make(hosts=hosts or (f"127.0.0.1:{echo.port}",), over_http=over_http)

    with pytest.raises(BlockError, match=why) as told:
        calling.call(echo.url())

    assert told.value.code == "connections.wrong_host"
    assert echo.calls == []
    assert "canary" not in told.value.message


def test_a_name_that_only_folds_to_its_host_gets_no_secret(calling: Calling, echo: Echo) -> None:
    calling.make(hosts=(f"swiss.example:{echo.port}",), over_http=True)
    calling.broker = replace(calling.broker, resolver=lambda *_: ["127.0.0.1"])

    with pytest.raises(BlockError) as told:
        calling.call(f"http://swi\u00df.example:{echo.port}/x")

    assert (told.value.code, echo.calls) == ("connections.wrong_host", [])


def test_a_redirect_elsewhere_goes_without_the_secret(calling: Calling, echo: Echo) -> None:
    hosts = (f"127.0.0.1:{echo.port}", f"localhost:{echo.port}")
    calling.make(hosts=hosts)

    calling.call(echo.url(f"/go?there={echo.url('/y', host='localhost')}"))

    came = [headers.get("x-key") for _, headers in echo.calls]
    assert came == ["canary-of-the-key", None]


def test_a_redirect_within_the_host_goes_with_it(calling: Calling, echo: Echo) -> None:
    values = {"key": "k", "place": "query", "name": "key"}
    calling.make("api_key", values, hosts=(f"127.0.0.1:{echo.port}",))

    calling.call(echo.url("/go?there=/y"))

    assert echo.calls[1][0] == "/y?key=k"


def test_a_slot_that_needs_a_connection_and_has_none_makes_no_call(
    calling: Calling, echo: Echo
) -> None:
    with pytest.raises(BlockError) as told:
        calling.call(echo.url(), name="")

    assert told.value.code == "connections.missing"
    assert echo.calls == []


def test_a_slot_that_may_be_empty_calls_without_one(calling: Calling, echo: Echo) -> None:
    calling.call(echo.url(), name="", slot=replace(ANY, required=False))

    assert len(echo.calls) == 1


def test_a_connection_of_another_kind_is_refused_in_words(calling: Calling, echo: Echo) -> None:
    calling.make(hosts=(f"127.0.0.1:{echo.port}",))

    with pytest.raises(BlockError, match="needs User and password") as told:
        calling.call(echo.url(), slot=replace(ANY, accepts=("basic",)))

    assert told.value.code == "connections.wrong_kind"


def test_a_removed_connection_is_told_by_name(calling: Calling, echo: Echo) -> None:
    with pytest.raises(BlockError, match="no connection Tickets"):
        calling.call(echo.url())


def test_a_run_uses_the_value_of_the_moment_and_for_a_day_the_one_before(
    calling: Calling, echo: Echo
) -> None:
    made = calling.make(hosts=(f"127.0.0.1:{echo.port}",))
    rotate(calling, made.id, {"key": "new"})

    fresh = calling.call(echo.url("/only/new")).status
    behind = calling.call(echo.url("/only/canary-of-the-key")).status
    calling.after(hours=25)
    too_late = calling.call(echo.url("/only/canary-of-the-key")).status

    assert (fresh, behind, too_late) == (200, 200, 401)


def rotate(calling: Calling, connection_id: Any, values: Any) -> None:
    tenant_id = calling.organisation.id
    with calling.sessions.begin() as session, as_tenant(session, tenant_id):
        rotate_connection(
            session, tenant_id, connection_id, values=values, vault=VAULT, by="Ann", now=calling.now
        )


def test_an_error_of_a_call_does_not_repeat_what_it_carried(calling: Calling, echo: Echo) -> None:
    calling.make(hosts=(f"127.0.0.1:{echo.port}",))
    slot = replace(ANY, inject=Inject(via="header", name="X-Key", prefix="broken\n"))

    with pytest.raises(BlockError) as told:
        calling.call(echo.url(), slot=slot)

    assert told.value.code.startswith("http.")
    assert "canary" not in told.value.message


def test_an_error_on_the_way_does_not_repeat_where_a_server_redirected_to(
    calling: Calling, echo: Echo
) -> None:
    values = {"key": "canary-of-the-key", "place": "query", "name": "key"}
    calling.make("api_key", values, hosts=(f"127.0.0.1:{echo.port}",))

    with pytest.raises(BlockError) as told:
        calling.call(echo.url("/to?there=ftp://127.0.0.1/canary-of-the-key"))

    assert told.value.code == "http.bad_address"
    assert "canary" not in told.value.message


def test_its_use_is_noted(calling: Calling, echo: Echo) -> None:
    made = calling.make(hosts=(f"127.0.0.1:{echo.port}",))

    calling.call(echo.url())

    assert calling.find(made).used_at == calling.now


def test_what_is_opened_is_not_printed(calling: Calling) -> None:
    calling.make()

    opened = calling.connections().open(calling.organisation.id, "Tickets")

    assert "canary" not in repr(opened)
    assert "canary" not in json.dumps(str(opened))
