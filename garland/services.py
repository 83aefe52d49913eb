"""What every process of Garland is made of: database sessions, Redis, secrets, blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

import garland.tables  # noqa: F401  completes the metadata before the first query
from blocks.brokers.http import HttpBroker
from blocks.installs.curated import CURATION
from blocks.installs.deciding import DECISIONS_ON_SETTINGS, note_decisions
from blocks.installs.forgetting import forget_folders
from blocks.installs.registry import SHELF, Shelf
from blocks.installs.sandboxing import Sandboxes
from blocks.sandbox.groups import read_groups
from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import open_pool
from designer.packs.desks import DOORS
from garland.settings import Settings
from kernel.db import make_engine
from kernel.secrets import Vault
from marketplace.catalogue.deciding import CatalogueDecides
from marketplace.catalogue.keeping_back import CatalogueKeepsBack
from runtime.alarms.sources.snmp.layers import Given
from runtime.alarms.sources.snmp.packs import TRAP_PACKS, read_packs
from runtime.connections.serving import Connections
from runtime.flows.beside import BESIDE
from runtime.flows.decisions import DECISIONS
from runtime.inventory.lookups.store import USERS
from runtime.limits.book import BOOK, LimitsBook
from runtime.limits.model import Limits, with_changes
from runtime.limits.rates import RATES, Rates
from runtime.rules.published import PublishedTables
from runtime.rules.uses import users_of_look_up_table
from runtime.runs.inventory import SERVICES_OVER
from runtime.services.over import services_over
from runtime.tenant_templates.setting_up import SetsUpFromTemplates
from runtime.trials.following import PinsFollow
from runtime.use.calls import CALLS, Calls
from runtime.wake import WAKER
from runtime.worker import RedisWaker
from tenancy.customers.moving import MOVED
from tenancy.customers.setting_up import SET_UP
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.scope import guarded, system

REDIS_TIMEOUT_S = 5.0
RATES_TIMEOUT_S = 0.25


@dataclass(frozen=True)
class Services:
    """The parts, made from the settings; each process makes its own, after any fork."""

    settings: Settings

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return make_engine(self.settings.database_url)

    @cached_property
    def redis(self) -> Redis:
        """Redis for wake-ups and notices; its calls give up after five seconds."""
        return connect_redis(self.settings, timeout_s=REDIS_TIMEOUT_S)

    @cached_property
    def patient_redis(self) -> Redis:
        """Redis for those who sleep on it: its calls wait as long as they were told to."""
        return connect_redis(self.settings, timeout_s=None)

    @cached_property
    def waker(self) -> RedisWaker:
        """Carries wake-ups and notices through Redis."""
        return RedisWaker(self.redis)

    @cached_property
    def limits(self) -> LimitsBook:
        """What applies to whom, as this process knows it."""
        defaults = with_changes(Limits(), self.settings.limits)
        return LimitsBook(defaults, journal_max=self.settings.journal_max)

    @cached_property
    def rates(self) -> Rates:
        """Counts rates together with the other processes; gives up on Redis at once."""
        return Rates(connect_redis(self.settings, timeout_s=RATES_TIMEOUT_S))

    @cached_property
    def calls(self) -> Calls:
        """Counts API calls together with the other processes; gives up on Redis at once."""
        return Calls(connect_redis(self.settings, timeout_s=RATES_TIMEOUT_S))

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions that write."""
        return self._sessions_on(self.engine)

    @cached_property
    def reading(self) -> sessionmaker[Session]:
        """Sessions that only read: on SQLite they never take the write lock."""
        return self._sessions_on(self.engine.execution_options(garland_read_only=True))

    @cached_property
    def patient(self) -> sessionmaker[Session]:
        """Sessions for those who write much in one go and ask whether others wait."""
        return self._sessions_on(self.engine.execution_options(garland_patient=True))

    @cached_property
    def vault(self) -> Vault:
        """Seals and opens stored secrets."""
        return Vault(self.settings.encryption_key_list)

    @cached_property
    def post_office(self) -> PostOffice | None:
        """What mails with links are written with; None until mail and the address are set up."""
        settings = self.settings
        if not (settings.smtp_host and settings.smtp_from and settings.public_url):
            return None
        return PostOffice(public_url=settings.public_url.rstrip("/"), vault=self.vault)

    @cached_property
    def connections(self) -> Connections:
        """The tenants' connections, opened for calls."""
        return Connections(
            sessions=self.sessions,
            reading=self.reading,
            vault=self.vault,
            http=HttpBroker(allow_private=self.settings.allow_private_network),
            allow_private=self.settings.allow_private_network,
            pins_first_use=self.settings.ssh_pin_first_use,
        )

    @cached_property
    def shelf(self) -> Shelf:
        """The blocks that tenants installed, as this process has them."""
        return Shelf(self.settings.data_dir / "blocks", Sandboxes(lambda: self.block_pool))

    @cached_property
    def block_pool(self) -> Pool:
        """Runs code of other publishers; `end_blocks` ends it."""
        groups = read_groups(self.settings.sandbox_cgroup)
        return open_pool(self.settings.sandbox_level, groups)

    def end_blocks(self) -> None:
        """End the processes that run code of others, where there are any."""
        if "block_pool" in vars(self):
            self.block_pool.close()

    @cached_property
    def trap_packs(self) -> Given:
        """What the packs of this installation make of the trap catalogue."""
        return read_packs(self.settings.packs_folder)

    def _sessions_on(self, engine: Engine) -> sessionmaker[Session]:
        info = {
            WAKER: self.waker,
            BOOK: self.limits,
            RATES: self.rates,
            CALLS: self.calls,
            DECISIONS: PublishedTables(),
            BESIDE: PinsFollow(),
            CURATION: CatalogueKeepsBack(),
            DECISIONS_ON_SETTINGS: CatalogueDecides(),
            MOVED: note_decisions,
            SERVICES_OVER: services_over,
            USERS: users_of_look_up_table,
            SHELF: self.shelf,
            POST_OFFICE: self.post_office,
            TRAP_PACKS: lambda: self.trap_packs,
            SET_UP: SetsUpFromTemplates(lambda: self.vault, DOORS),
        }
        return guarded(sessionmaker(engine, expire_on_commit=False, info=info))


def tidy_folders(services: Services) -> None:
    """Remove what this machine has unpacked of blocks that are kept nowhere any more."""
    with services.reading() as session, system(session):
        forget_folders(session, services.shelf.folder)


def redis_address(settings: Settings) -> str:
    """Give the address of Redis: the one that is set, or the bundled server's socket."""
    return settings.redis_url or f"unix://{settings.redis_socket}"


def connect_redis(settings: Settings, *, timeout_s: float | None) -> Redis:
    """Open Redis; nothing is sent before the first call."""
    return Redis.from_url(redis_address(settings), socket_timeout=timeout_s)
