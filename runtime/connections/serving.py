"""Gives steps the connections that they name: opened at the moment of the call, tokens renewed.

A token is renewed by one process at a time, however many steps find it too old; the others wait
for what that one brings. What is not kept (`keeps` False) is for steps that run inside somebody's
transaction, which must wait for no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.addresses import Allowed
from blocks.manifest import Inject
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.secrets import Vault
from runtime.connections.carrying import CarriesHttp
from runtime.connections.injecting import Injection, addressed
from runtime.connections.masking import masking
from runtime.connections.oauth import fetch_token, no_token, renew_token
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import Opened, Token
from tenancy.connections.opening import (
    claim_renewal,
    give_up_renewal,
    is_use_to_be_noted,
    keep_token,
    note_use,
    open_by_id,
    open_connection,
)
from tenancy.scope import bind

log = structlog.get_logger(__name__)

EARLY = timedelta(seconds=30)
"""So much before its end a token is renewed: a call takes its time."""
TURNS_MAX_S = 20.0
LOOK_EVERY_S = 0.1
_REFUSED = 401
Send = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Opens the connections of all tenants for calls.

    Attributes:
        sessions, reading: Sessions that write, and those that only read.
        http: Carries calls to token addresses.
        allow_private: Whether, or which, private addresses a test may reach.
        pins_first_use: Whether the host key that a server shows first is kept and believed.
    """

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    vault: Vault = field(repr=False)
    http: CarriesHttp
    allow_private: Allowed = False
    pins_first_use: bool = False
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep

    def open(self, tenant_id: UUID, name: str, *, keeps: bool = True) -> Opened:
        """Open a connection as it is now.

        Raises:
            BlockError: `connections.unknown`.
        """
        now = self.clock()
        with self._session(self.reading, tenant_id) as session:
            opened = open_connection(session, tenant_id, name, vault=self.vault, now=now)
        if opened is None:
            message = f"There is no connection {name}: it was removed or renamed; choose another."
            raise BlockError("connections.unknown", message, retryable=False)
        if keeps and is_use_to_be_noted(opened, now=now):
            with self.writing(tenant_id) as session:
                note_use(session, opened, now=now)
        return opened

    def carry(
        self,
        request: HttpRequest,
        opened: Opened,
        send: Send,
        *,
        inject: Inject | None = None,
        keeps: bool = True,
    ) -> HttpResponse:
        """Make a call with a connection; one that is refused (401) is made once more.

        With a token fetched anew or, for a day after a rotation, with the value before it.

        Raises:
            BlockError: see `blocks.sdk.Http.request`.
        """
        request, send = addressed(request, opened), masking(send, opened)
        if opened.kind.startswith("oauth2_"):
            opened = self.with_token(opened, keeps=keeps)
        response = send(_signed(request, Injection(opened, opened.values, inject)))
        if response.status != _REFUSED:
            return response
        if opened.kind.startswith("oauth2_"):
            if opened.kind == "oauth2_code" and not (opened.token and opened.token.refresh):
                return response
            opened = self.with_token(opened, spent=opened.token, keeps=keeps)
            return send(_signed(request, Injection(opened, opened.values, inject)))
        if opened.before is None or not KINDS[opened.kind].overlaps:
            return response
        log.warning("connection_used_value_before", connection_id=str(opened.id))
        return send(_signed(request, Injection(opened, opened.before, inject)))

    def with_token(
        self, opened: Opened, *, spent: Token | None = None, keeps: bool = True
    ) -> Opened:
        """Give the connection with a token that holds, fetched where it has to be.

        Args:
            opened: The connection.
            spent: A token that was refused, though its time is not over.
            keeps: Whether the token is kept for others.

        Raises:
            BlockError: `connections.no_token`, saying why.
        """
        if self._holds(opened.token, spent):
            return opened
        if opened.kind == "oauth2_code" and (opened.token is None or not opened.token.refresh):
            raise no_token(_never_agreed(opened))
        if not keeps:
            return replace(opened, token=self._fetch(opened))
        ends = time.monotonic() + TURNS_MAX_S
        while time.monotonic() < ends:
            with self.writing(opened.tenant_id) as session:
                is_ours = claim_renewal(session, opened, now=self.clock())
            if is_ours:
                return self._renewed(opened)
            self.sleep(LOOK_EVERY_S)
            found = self.reopen(opened)
            if self._holds(found.token, spent):
                return found
            opened = found
        raise no_token("somebody else is fetching one, and it does not come", retryable=True)

    def get(self, tenant_id: UUID, connection_id: UUID) -> Opened:
        """Open a connection by its id; raises NotFoundError."""
        now = self.clock()
        with self._session(self.reading, tenant_id) as session:
            opened = open_by_id(session, tenant_id, connection_id, vault=self.vault, now=now)
        if opened is None:
            raise NotFoundError("no such connection", id=str(connection_id))
        return opened

    def reopen(self, opened: Opened) -> Opened:
        """Open a connection anew; raises BlockError `connections.unknown`."""
        with self._session(self.reading, opened.tenant_id) as session:
            where = (session, opened.tenant_id, opened.id)
            found = open_by_id(*where, vault=self.vault, now=self.clock())
        if found is None:
            message = f"The connection {opened.name} was removed."
            raise BlockError("connections.unknown", message, retryable=False)
        return found

    def _holds(self, token: Token | None, spent: Token | None) -> bool:
        if token is None or (spent is not None and token.access == spent.access):
            return False
        return token.expires_at is None or token.expires_at - EARLY > self.clock()

    def _renewed(self, opened: Opened) -> Opened:
        try:
            token = self._fetch(opened)
        except BaseException:
            with self.writing(opened.tenant_id) as session:
                give_up_renewal(session, opened)
            raise
        now = self.clock()
        with self.writing(opened.tenant_id) as session:
            is_kept = keep_token(session, opened, token, vault=self.vault, now=now)
        if not is_kept:
            raise no_token("the connection was changed while one was fetched", retryable=True)
        return replace(opened, token=token, token_number=opened.token_number + 1)

    def _fetch(self, opened: Opened) -> Token:
        now = self.clock()
        if opened.kind == "oauth2_code":
            refresh = opened.token.refresh if opened.token else ""
            try:
                return renew_token(opened.values, refresh, self.http, now=now)
            except BlockError as error:
                if error.detail.get("oauth_error") == "invalid_grant":
                    raise no_token(_never_agreed(opened)) from None
                raise
        try:
            return fetch_token(opened.values, self.http, now=now)
        except BlockError as error:
            if opened.before is None or error.detail.get("oauth_error") != "invalid_client":
                raise
            return fetch_token(opened.before, self.http, now=now)

    def writing(self, tenant_id: UUID) -> AbstractContextManager[Session]:
        """Give a transaction of a tenant's own, kept as short as it can be."""
        return self._session(self.sessions, tenant_id)

    @contextmanager
    def _session(self, sessions: sessionmaker[Session], tenant_id: UUID) -> Iterator[Session]:
        with sessions.begin() as session:
            bind(session, tenant_id)
            yield session


def _never_agreed(opened: Opened) -> str:
    return f"nobody has signed in for {opened.name}, or that is over: open it and sign in"


def _signed(request: HttpRequest, injection: Injection) -> HttpRequest:
    return replace(request, credential=injection)
