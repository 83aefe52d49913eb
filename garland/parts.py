"""The parts that run workflows, put together from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.brokers.mqtt import MqttBroker
from blocks.brokers.snmp import SnmpBroker
from blocks.brokers.ssh import SshBroker
from garland.services import Services
from garland.settings import Settings
from runtime.runs.drain import Drain
from runtime.runs.leased import LeasedSteps
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from runtime.runs.watch import Watch


def make_brokers(settings: Settings) -> Brokers:
    """Make what carries calls and mail out of the installation."""
    is_open = settings.allow_private_network
    return Brokers(
        http=HttpBroker(allow_private=is_open),
        mail=make_mail(settings),
        snmp=SnmpBroker(allow_private=is_open),
        mqtt=MqttBroker(allow_private=is_open),
        ssh=SshBroker(allow_private=is_open),
    )


def make_mail(settings: Settings) -> MailBroker:
    """Make what hands mail to the mail server; it has no host where mail is not set up whole."""
    return MailBroker(
        host=settings.smtp_host if settings.smtp_from else "",
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.smtp_from,
    )


def make_engine_parts(
    services: Services, worker_groups: Sequence[str] = ("",)
) -> tuple[Drain, StepPool]:
    """Make what advances runs and what performs their steps."""
    programs = Programs()
    brokers = replace(make_brokers(services.settings), connections=services.connections)
    drain = Drain(
        sessions=services.patient,
        reading=services.reading,
        programs=programs,
        brokers=brokers,
        wake_next=lambda: services.waker.wake("runs"),
        limits=services.limits,
        watch=Watch(services.settings.data_dir / "run" / "advancing"),
    )
    leased = LeasedSteps(
        sessions=services.sessions,
        programs=programs,
        worker_groups=worker_groups,
        limits=services.limits,
    )
    return drain, StepPool(leased=leased, brokers=brokers, rates=services.rates)
