"""What carries a call out of the installation, as connections need it."""

from __future__ import annotations

from typing import Protocol

from blocks.sdk import HttpRequest, HttpResponse


class CarriesHttp(Protocol):
    """Carries calls out of the installation: `blocks.brokers.http`."""

    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call; raises BlockError, see `blocks.sdk.Http.request`."""
        ...
