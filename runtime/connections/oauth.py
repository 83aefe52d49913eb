"""Tokens of OAuth 2 (RFC 6749): asked for, renewed, and exchanged for a person's consent.

Speaks through the broker, as a block's calls do, and follows no redirect: what the token address
is sent are credentials.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from blocks.sdk import BlockError, HttpRequest, HttpResponse
from runtime.connections.carrying import CarriesHttp
from tenancy.connections.model import Token

TIMEOUT_S = 10.0
LIFE_MAX_S = 365 * 24 * 3_600
_CODE = re.compile(r"[a-z_]{1,60}")
_FINAL = frozenset({"invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope"})


def fetch_token(values: Mapping[str, Any], http: CarriesHttp, *, now: datetime) -> Token:
    """Ask for a token in the program's own name (RFC 6749, 4.4).

    Raises:
        BlockError: `connections.no_token`, saying why.
    """
    form = {name: values[name] for name in ("scope", "audience") if values.get(name)}
    return _ask(values, "client_credentials", form, http, now=now)


def renew_token(
    values: Mapping[str, Any], refresh: str, http: CarriesHttp, *, now: datetime
) -> Token:
    """Ask for the next token in a person's name (RFC 6749, 6); raises as `fetch_token` does."""
    token = _ask(values, "refresh_token", {"refresh_token": refresh}, http, now=now)
    if token.refresh:
        return token
    return Token(access=token.access, refresh=refresh, expires_at=token.expires_at)


def exchange_code(
    values: Mapping[str, Any],
    http: CarriesHttp,
    *,
    code: str,
    verifier: str,
    back_to: str,
    now: datetime,
) -> Token:
    """Change the code of a consent for a token (RFC 6749, 4.1.3); raises as `fetch_token` does."""
    form = {"code": code, "code_verifier": verifier, "redirect_uri": back_to}
    return _ask(values, "authorization_code", form, http, now=now)


def consent_address(values: Mapping[str, Any], *, state: str, verifier: str, back_to: str) -> str:
    """Give where a person signs in and agrees (RFC 6749, 4.1.1; RFC 7636)."""
    address: str = prepare_grant_uri(
        values["authorize_url"],
        values["client_id"],
        "code",
        redirect_uri=back_to,
        scope=values.get("scope"),
        state=state,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return address


def _ask(
    values: Mapping[str, Any],
    grant: str,
    form: Mapping[str, str],
    http: CarriesHttp,
    *,
    now: datetime,
) -> Token:
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    secret = values.get("client_secret", "")
    given = dict(form)
    if secret and values.get("client_auth", "basic") == "basic":
        pair = f"{_quoted(values['client_id'])}:{_quoted(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        given["client_id"] = values["client_id"]
        given |= {"client_secret": secret} if secret else {}
    body: str = prepare_token_request(grant, **given)
    request = HttpRequest(
        method="POST",
        url=values["token_url"],
        headers=headers,
        body=body.encode(),
        timeout_s=TIMEOUT_S,
        follows=False,
    )
    try:
        response = http.send(request)
    except BlockError as error:
        why = f"the token address does not answer: {error.message}"
        raise no_token(why, retryable=bool(error.retryable)) from None
    return _read(response, now)


def _quoted(text: str) -> str:
    """Write one half of the pair that a client signs in with (RFC 6749, 2.3.1)."""
    return quote(text, safe="")


def _read(response: HttpResponse, now: datetime) -> Token:
    try:
        said = json.loads(response.body)
    except ValueError:
        said = None
    if not response.ok or not isinstance(said, dict):
        raise _refused(response.status, said)
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise no_token("the token address answered without a token")
    if str(said.get("token_type", "bearer")).casefold() != "bearer":
        raise no_token("it gives tokens of another type than Bearer, which cannot be used")
    life_s, expires_at = said.get("expires_in"), None
    if isinstance(life_s, str) and life_s.isascii() and life_s.isdecimal():
        life_s = int(life_s[:12])
    if isinstance(life_s, int | float) and not isinstance(life_s, bool) and life_s > 0:
        expires_at = now + timedelta(seconds=min(life_s, LIFE_MAX_S))
    return Token(
        access=access, refresh=refresh if isinstance(refresh, str) else "", expires_at=expires_at
    )


def _refused(status: int, said: Any) -> BlockError:
    """Say what was answered by its code alone: a description may repeat what was sent."""
    code = said.get("error") if isinstance(said, dict) else None
    known = code if isinstance(code, str) and _CODE.fullmatch(code) else ""
    why = f"the token address answered {status}" + (f" ({known})" if known else "")
    error = no_token(why, retryable=known not in _FINAL and (status >= 500 or status == 429))  # noqa: PLR2004  RFC 9110, 15.6; RFC 6585, 4
    error.detail["oauth_error"] = known
    return error


def no_token(why: str, *, retryable: bool = False) -> BlockError:
    """Make the error of a token that did not come."""
    return BlockError("connections.no_token", f"No token: {why.rstrip('.')}.", retryable=retryable)
