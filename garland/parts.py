"""The parts that run workflows, put together from the settings."""

from __future__ import annotations

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from garland.services import Services
from garland.settings import Settings
from runtime.runs.drain import Drain
from runtime.runs.programs import Programs
from runtime.runs.services import Brokers
from runtime.runs.tasks import StepPool
from runtime.worker import RedisWaker


def make_brokers(settings: Settings) -> Brokers:
    """Make what carries calls and mail out of the installation."""
    mail = MailBroker(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.smtp_from,
    )
    return Brokers(http=HttpBroker(allow_private=settings.allow_private_network), mail=mail)


def make_engine_parts(services: Services) -> tuple[Drain, StepPool]:
    """Make what advances runs and what performs their steps."""
    programs = Programs(services.registry)
    brokers = make_brokers(services.settings)
    waker = RedisWaker(services.redis)
    drain = Drain(
        sessions=services.sessions,
        programs=programs,
        brokers=brokers,
        wake_next=lambda: waker.wake("runs"),
    )
    return drain, StepPool(services.sessions, programs, brokers)
