"""How Garland's processes write their log: one line an event, for people or for machines.

Everything goes to standard output through structlog, also what libraries log with the standard
library's `logging`, so one shape holds for all. Where lines go from there (a file, journald, a
collector) is the business of whoever starts the process.
"""

import logging.config
import os
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

LogFormat = Literal["console", "json"]

HIDDEN = "[hidden]"
_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key")
_QUIET_LIBRARIES = ("alembic", "apscheduler", "httpx", "httpcore", "rq")


def set_up_logs(log_format: LogFormat, *, process: str, level: str = "INFO") -> None:
    """Send every log event of this process to standard output.

    Args:
        log_format: "console" for people, "json" for machines (one object a line).
        process: Name of this process, on every JSON line; people see the supervisor's prefix.
        level: Least severity shown, a name that `logging` knows.

    Raises:
        ValueError: if `level` is no such name.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_ending(log_format, process),
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"garland": formatter},
            "handlers": {
                "out": {
                    "class": "logging.StreamHandler",
                    "stream": "ext://sys.stdout",
                    "formatter": "garland",
                },
            },
            "root": {"handlers": ["out"], "level": level},
            "loggers": {name: {"level": "WARNING"} for name in _QUIET_LIBRARIES},
        },
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def hide_secrets(
    _logger: Any,
    _method: str,
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    """Replace the value of every fact whose name says that it is a secret.

    A last line of defence: no caller should log one. Names are compared without case.

    >>> hide_secrets(None, "info", {"event": "signed_in", "Password": "x", "email": "a@b.example"})
    {'event': 'signed_in', 'Password': '[hidden]', 'email': 'a@b.example'}
    """
    for name in event:
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = HIDDEN
    return event


def _ending(log_format: LogFormat, process: str) -> list[Processor]:
    """Give the processors that turn an event into the text of one line."""
    if log_format == "console":
        return [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty() or "FORCE_COLOR" in os.environ,
                pad_event_to=28,
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ]

    def name_process(
        _logger: Any,
        _method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return [
        name_process,
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False),
        ),
        structlog.processors.JSONRenderer(),
    ]
