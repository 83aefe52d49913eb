"""The web process: gunicorn with threads, serving the application.

Threads rather than processes, because most open connections are pages that listen for events and
do nothing. More web processes on one machine are the same command on other ports, behind a proxy.
"""

import logging
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from garland.app import create_app
from garland.memory import settle
from garland.settings import Settings
from kernel.spans import switch_off, switch_on

GRACE_S = 3
"""Seconds a stop waits for answers under way; pages that listen for events never finish."""


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Lets gunicorn's lines go where all others go, and only those that someone should see."""

    def setup(self, _cfg: Config) -> None:
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
            log.setLevel(logging.WARNING)

    def reopen_files(self) -> None:
        """Do nothing: there are no files."""


def _leave(_arbiter: Any, worker: Any) -> None:
    app = getattr(worker, "wsgi", None)  # none where the application could not be made
    if app is not None:
        app.extensions["garland.services"].end_blocks()
    switch_off()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told by arguments instead of its own command line."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        switch_on("web")  # after the fork: what exports has a thread
        app = create_app(self._settings)
        app.extensions["garland.services"].block_pool  # noqa: B018  tries the sandbox now
        settle()
        return app


def serve(settings: Settings, *, host: str, port: int, threads: int) -> None:
    """Serve until SIGTERM or SIGINT; never returns."""
    bracketed = f"[{host}]" if ":" in host else host
    _Server(
        settings,
        {
            "bind": f"{bracketed}:{port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": threads,
            "graceful_timeout": GRACE_S,
            "keepalive": 15,
            "control_socket_disable": True,
            "logger_class": _Log,
            "proc_name": "garland web",
            "worker_exit": _leave,
        },
    ).run()
