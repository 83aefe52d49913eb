"""Tokens of OAuth 2, from a real server: fetched, kept, renewed once, and refused in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from blocks.sdk import BlockError
from runtime.connections.oauth import consent_address, exchange_code
from tenancy.connections.opening import keep_token
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT
from tests.integration.runtime.connections.conftest import Calling, port_of
from tests.support.oauth import OAuthServer
from tests.support.running import CLIENT


def client_values(oauth: OAuthServer, **changes: Any) -> dict[str, Any]:
    """Give the values of a client of the server."""
    values = {
        "token_url": f"{oauth.url}/token",
        "client_id": "garland",
        "client_secret": oauth.client.secret,
    }
    return {**values, **changes}


def make_client(calling: Calling, oauth: OAuthServer, **changes: Any) -> None:
    calling.make("oauth2_client", client_values(oauth, **changes), hosts=(port_of(oauth.url),))


@pytest.mark.parametrize("client_auth", ["basic", "body"])
def test_a_call_carries_a_token_that_was_fetched_for_it(
    calling: Calling, oauth: OAuthServer, client_auth: str
) -> None:
    make_client(calling, oauth, client_auth=client_auth)

    answer = calling.call(f"{oauth.url}/api")

    assert answer.status == 200
    assert oauth.asked[0]["grant_type"] == "client_credentials"


def test_a_token_serves_until_its_time_is_nearly_over(calling: Calling, oauth: OAuthServer) -> None:
    oauth.life_s = 300
    make_client(calling, oauth)

    calling.call(f"{oauth.url}/api")
    calling.after(seconds=260)
    calling.call(f"{oauth.url}/api")
    kept = len(oauth.asked)
    calling.after(seconds=20)
    calling.call(f"{oauth.url}/api")

    assert (kept, len(oauth.asked)) == (1, 2)


def test_a_token_that_is_refused_is_renewed_once(calling: Calling, oauth: OAuthServer) -> None:
    make_client(calling, oauth)
    calling.call(f"{oauth.url}/api")
    oauth.forget_tokens()

    answer = calling.call(f"{oauth.url}/api")

    assert answer.status == 200
    assert len(oauth.asked) == 2


def test_a_call_that_stays_refused_is_not_made_a_third_time(
    calling: Calling, oauth: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "save", lambda _token: None)
    make_client(calling, oauth)

    answer = calling.call(f"{oauth.url}/api")

    assert answer.status == 401
    assert len(oauth.called) == 2


def test_of_many_calls_that_find_no_token_one_alone_fetches_it(
    calling: Calling, oauth: OAuthServer
) -> None:
    oauth.slow_s = 0.5
    make_client(calling, oauth)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: calling.call(f"{oauth.url}/api").status, range(6)))

    assert answers == [200] * 6
    assert len(oauth.asked) == 1


def test_a_wrong_secret_is_told_by_its_code_and_never_shown(
    calling: Calling, oauth: OAuthServer
) -> None:
    make_client(calling, oauth, client_secret="canary-wrong")

    with pytest.raises(BlockError) as told:
        calling.call(f"{oauth.url}/api")

    assert told.value.code == "connections.no_token"
    assert "invalid_client" in told.value.message
    assert "canary" not in told.value.message + repr(told.value.detail)
    assert told.value.retryable is False


def test_a_token_address_that_redirects_is_sent_no_secret_elsewhere(
    calling: Calling, oauth: OAuthServer
) -> None:
    make_client(calling, oauth, token_url=f"{oauth.url}/elsewhere", client_auth="body")

    with pytest.raises(BlockError, match="answered 307"):
        calling.call(f"{oauth.url}/api")

    assert oauth.asked == []


def test_a_token_in_a_persons_name_is_got_by_consent_and_renewed_by_itself(
    calling: Calling, oauth: OAuthServer
) -> None:
    values = {**client_values(oauth), "authorize_url": f"{oauth.url}/authorize"}
    made = calling.make("oauth2_code", values, hosts=(port_of(oauth.url),))
    opened = calling.connections().open(calling.organisation.id, made.name)
    back_to, verifier = "http://localhost/back", "v" * 43

    asked = consent_address(values, state="st", verifier=verifier, back_to=back_to)
    location = CLIENT.get(asked).headers["location"]
    code = location.partition("code=")[2].partition("&")[0]
    token = exchange_code(
        values, calling.broker, code=code, verifier=verifier, back_to=back_to, now=calling.now
    )
    with calling.sessions.begin() as session, as_tenant(session, calling.organisation.id):
        keep_token(session, opened, token, vault=VAULT, now=calling.now, by="Ann")
    calling.call(f"{oauth.url}/api")
    calling.after(hours=25 * 24)
    answer = calling.call(f"{oauth.url}/api")

    assert answer.status == 200
    assert [one["grant_type"] for one in oauth.asked] == ["authorization_code", "refresh_token"]
    assert calling.find(made).token_by == "Ann"  # noqa: S105  a name


def test_without_a_consent_the_step_says_who_has_to_do_what(
    calling: Calling, oauth: OAuthServer
) -> None:
    values = {**client_values(oauth), "authorize_url": f"{oauth.url}/authorize"}
    calling.make("oauth2_code", values, hosts=(port_of(oauth.url),))

    with pytest.raises(BlockError, match="nobody has signed in for Tickets"):
        calling.call(f"{oauth.url}/api")
