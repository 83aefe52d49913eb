"""What asks identity providers, put together: by the broker that carries every call outside.

So a provider's address leads to no inside address that the operator did not allow, answers are
bounded in size and time, and nothing that carries a secret follows a redirect.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from blocks.brokers.http import HttpBroker
from blocks.sdk import BlockError, HttpRequest
from garland.services import Services
from tenancy.identity.asking import PARTS, Answer, Asker
from tenancy.identity.claims import IdentityError
from tenancy.identity.dns import look_up_texts
from tenancy.identity.settings.views import DNS

TIMEOUT_S = 10.0


def install(app: Flask) -> None:
    """Let the application ask identity providers, and the DNS."""
    services: Services = app.extensions["garland.services"]
    is_open = services.settings.allow_private_network
    app.extensions[PARTS] = Asker(
        BrokeredCalls(HttpBroker(allow_private=is_open)), allow_plain=bool(is_open)
    )
    app.extensions[DNS] = look_up_texts


class BrokeredCalls:
    """Carries calls to providers by a broker."""

    def __init__(self, broker: HttpBroker) -> None:
        self._broker = broker

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Carry a call; raises IdentityError where no answer came, saying why."""
        request = HttpRequest(
            method=method,
            url=url,
            headers=dict(headers),
            body=body,
            timeout_s=TIMEOUT_S,
            follows=False,
        )
        try:
            response = self._broker.send(request)
        except BlockError as error:
            raise IdentityError(f"The provider cannot be asked: {error.message}") from None
        return Answer(status=response.status, body=response.body)
