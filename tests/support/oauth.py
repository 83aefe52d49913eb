"""A real OAuth 2 server, of authlib's server parts, and an interface that takes its tokens.

`/token` gives tokens, `/authorize` agrees at once to whatever is asked, `/api` wants a token that
still counts, `/echo` tells which headers came.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response, jsonify, request
from typing_extensions import override
from werkzeug.serving import make_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # it serves on the loopback interface


@dataclass(slots=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The one client that the server knows."""

    client_id: str = "garland"
    secret: str = "s3cret/of+client=%"  # noqa: S105  a test's
    seen_redirects: set[str] = field(default_factory=set)

    @override
    def get_client_id(self) -> str:
        return self.client_id

    @override
    def get_default_redirect_uri(self) -> str:
        return ""

    @override
    def get_allowed_scope(self, scope: str) -> str:
        return scope or "read"

    @override
    def check_redirect_uri(self, redirect_uri: str) -> bool:
        self.seen_redirects.add(redirect_uri)
        return True

    @override
    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post", "none")

    @override
    def check_response_type(self, response_type: str) -> bool:
        return True

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass(slots=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """What a consent gave."""

    code: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    @override
    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    @override
    def get_scope(self) -> str:
        return self.scope


@dataclass(slots=True)
class Given(TokenMixin):  # type: ignore[misc]
    """A refresh token."""

    refresh_token: str
    scope: str

    @override
    def check_client(self, client: Any) -> bool:
        return True

    @override
    def get_scope(self) -> str:
        return self.scope


@dataclass
class OAuthServer:
    """The server's memory, and where it is."""

    url: str = ""
    client: Client = field(default_factory=Client)
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, Given] = field(default_factory=dict)
    counts: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    life_s: int = 3_600
    slow_s: float = 0.0

    def forget_tokens(self) -> None:
        """Let no token count any more."""
        self.counts.clear()

    def save(self, token: dict[str, Any]) -> None:
        """Keep a token that was given."""
        self.counts.add(token["access_token"])
        if "refresh_token" in token:
            given = Given(token["refresh_token"], token.get("scope", ""))
            self.refreshes[given.refresh_token] = given


@contextmanager
def running_oauth() -> Iterator[OAuthServer]:
    """Serve on a port of the loopback interface."""
    server = OAuthServer()
    http = make_server("127.0.0.1", 0, _app(server), threaded=True)
    server.url = f"http://127.0.0.1:{http.server_port}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def _app(server: OAuthServer) -> Flask:
    app = Flask("oauth")
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": 3600}
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    authorization = AuthorizationServer(
        app,
        query_client=lambda client_id: server.client if client_id == "garland" else None,
        save_token=lambda token, _request: server.save(token),
    )
    authorization.register_grant(ClientGrant)
    authorization.register_grant(_code_grant(server), [CodeChallenge(required=True)])
    authorization.register_grant(_refresh_grant(server))

    @app.post("/token")
    def token() -> Any:
        time.sleep(server.slow_s)
        server.asked.append(dict(request.form))
        answer = authorization.create_token_response()
        if server.life_s != 3_600 and answer.status_code == 200:
            return jsonify({**answer.get_json(), "expires_in": server.life_s})
        return answer

    @app.get("/authorize")
    def authorize() -> Any:
        grant = authorization.get_consent_grant(end_user="ann")
        return authorization.create_authorization_response(grant=grant, grant_user="ann")

    @app.get("/api")
    def api() -> tuple[Response, int]:
        said = request.headers.get("Authorization", "")
        server.called.append(said)
        return jsonify(said="hello"), 200 if said.removeprefix("Bearer ") in server.counts else 401

    @app.post("/elsewhere")
    def elsewhere() -> Any:
        return Response(status=307, headers={"Location": f"{server.url}/token"})

    return app


class ClientGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """Takes the client's secret in both ways."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


def _code_grant(server: OAuthServer) -> type[Any]:
    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

        @override
        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            server.codes[code] = Code(
                code,
                request.payload.redirect_uri,
                request.payload.scope or "",
                data.get("code_challenge"),
                data.get("code_challenge_method"),
            )

        @override
        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return server.codes.get(code)

        @override
        def delete_authorization_code(self, authorization_code: Code) -> None:
            del server.codes[authorization_code.code]

        @override
        def authenticate_user(self, authorization_code: Code) -> str:
            return "ann"

    return CodeGrant


def _refresh_grant(server: OAuthServer) -> type[Any]:
    class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
        INCLUDE_NEW_REFRESH_TOKEN = True

        @override
        def authenticate_refresh_token(self, refresh_token: str) -> Given | None:
            return server.refreshes.get(refresh_token)

        @override
        def authenticate_user(self, credential: Given) -> str:
            return "ann"

        @override
        def revoke_old_credential(self, credential: Given) -> None:
            server.refreshes.pop(credential.refresh_token, None)

    return RefreshGrant
