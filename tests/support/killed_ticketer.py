"""A process that performs one step and is killed as soon as a call of it was answered.

Called with the database's address, the instant, and the method of the call that it dies after.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime

import garland.tables  # noqa: F401  completes the metadata
from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.sdk import HttpRequest, HttpResponse
from kernel.db import make_engine, make_sessions
from runtime.runs.leased import LeasedSteps
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from tenancy.scope import guarded


class DyingBroker:
    """Carries calls, and never gives the answer of the one that it dies after."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._broker = HttpBroker(allow_private=True)

    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call."""
        response = self._broker.send(request)
        if request.method == self._method:
            os.kill(os.getpid(), signal.SIGKILL)
        return response


def main(database_url: str, now: datetime, method: str) -> None:
    """Perform what is due."""
    sessions = guarded(make_sessions(make_engine(database_url)))
    leased = LeasedSteps(sessions=sessions, programs=Programs(), clock=lambda: now)
    brokers = Brokers(http=DyingBroker(method), mail=MailBroker())
    pool = StepPool(leased=leased, brokers=brokers)
    claim = pool.claim(now=now)
    if claim is not None:
        pool.perform(claim)
