"""Every knob of Garland, once. `docs/operate/settings.md` explains each."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from blocks.brokers.addresses import Allowed, read_allowed
from blocks.sandbox.level import Wanted
from garland.operations.reading import is_loopback
from garland.redis_server import socket_path
from kernel.errors import InvalidError
from kernel.secrets import new_key
from runtime.limits.model import Limits, with_changes

SECRET_KEY_FILE = "secret-key"  # noqa: S105  a file's name
ENCRYPTION_KEY_FILE = "encryption-keys"
RESTORE_FOLDER = "restore"


class Settings(BaseSettings):
    """What the environment says, checked; names are `GARLAND_` and the field in capitals."""

    model_config = SettingsConfigDict(env_prefix="GARLAND_", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    encryption_keys: str = ""
    public_url: str = ""
    sign_in_idle_hours: int = Field(default=12, ge=1, le=720)
    sign_in_days: int = Field(default=30, ge=1, le=365)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    sandbox_level: Wanted = "auto"
    sandbox_cgroup: str = ""
    allow_private_network: Annotated[Allowed, NoDecode] = False
    ssh_pin_first_use: bool = False
    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    web_threads: int = Field(default=96, ge=4, le=512)
    metrics_token: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    metrics_tenants: int = Field(default=20, ge=0, le=500)
    packs_dir: Path | None = None
    listener_host: str = "127.0.0.1"
    listener_snmp_port: int = Field(default=9162, ge=0, le=65535)
    listener_syslog_port: int = Field(default=9514, ge=0, le=65535)
    limits: dict[str, int | float] = Field(default_factory=dict)
    journal_max: int = Field(default=1_000_000, ge=5_000)
    journal_kept_days: int = Field(default=7, ge=1, le=3_650)
    trend_hours_kept_days: int = Field(default=90, ge=8, le=3_650)
    trends_kept_days: int = Field(default=1_095, ge=91, le=36_500)
    backup_passphrase: str = ""
    backup_age_hours: int = Field(default=48, ge=0, le=8_760)

    @field_validator("allow_private_network", mode="before")
    @classmethod
    def _read_networks(cls, said: Any) -> Any:
        return read_allowed(said) if isinstance(said, str) else said

    @field_validator("limits")
    @classmethod
    def _check_limits(cls, said: dict[str, int | float]) -> dict[str, int | float]:
        try:
            with_changes(Limits(), said)
        except InvalidError as error:
            raise ValueError("; ".join(one.message for one in error.problems)) from None
        return said

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self.data_dir = self.data_dir.expanduser().resolve()
        embedded = not self.database_url
        if embedded:
            self.database_url = f"sqlite:///{self.data_dir / 'garland.db'}"
        elif not self.database_url.startswith("sqlite") and not (
            self.secret_key and self.encryption_keys
        ):
            raise ValueError(
                "GARLAND_SECRET_KEY and GARLAND_ENCRYPTION_KEYS must be set where the database "
                "is not the embedded one, so that all machines share them"
            )
        if self.metrics_port and not self.metrics_token and not is_loopback(self.metrics_host):
            raise ValueError(
                "GARLAND_METRICS_TOKEN must be set where GARLAND_METRICS_HOST is not this machine "
                "alone, so that metrics are never public by accident"
            )
        return self

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is the SQLite file in the data folder."""
        return self.database_url.startswith("sqlite")

    @property
    def encryption_key_list(self) -> list[str]:
        """Give the encryption keys, newest first."""
        return [key.strip() for key in self.encryption_keys.split(",") if key.strip()]

    @property
    def packs_folder(self) -> Path:
        """Give the folder of packs: the one that is set, or `packs` in the data folder."""
        return self.packs_dir.expanduser() if self.packs_dir else self.data_dir / "packs"

    @property
    def redis_socket(self) -> Path:
        """Give the place of the bundled Redis server's socket."""
        return socket_path(self.data_dir)


def load_settings() -> Settings:
    """Read the environment; make the data folder and, embedded, its keys on first start.

    A restore that was cut off is settled before anything is read: carried out or dropped.

    Raises:
        ConflictError: while a backup is being restored.
    """
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _settle_restore(settings)
    if not settings.secret_key:
        settings.secret_key = _kept(settings.data_dir / SECRET_KEY_FILE, secrets.token_urlsafe(48))
    if not settings.encryption_keys:
        settings.encryption_keys = _kept(settings.data_dir / ENCRYPTION_KEY_FILE, new_key())
    return settings


def _settle_restore(settings: Settings) -> None:
    if not (settings.data_dir / RESTORE_FOLDER).exists():
        return
    from garland.backup.settling import settle  # seldom needed, and it brings the database along

    settle(settings.data_dir, settings.database_url)


def _kept(path: Path, fresh: str) -> str:
    """Read a secret from its file, or write the fresh one there, readable by the owner alone."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        found = path.read_text().strip()
        if found:
            return found
    path.write_text(fresh + "\n")
    return fresh
