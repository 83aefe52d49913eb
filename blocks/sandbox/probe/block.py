"""What the self-test runs in a child: it tries what no block may do, and tells what it could."""

import os
import socket


def run(ctx):
    """Try every door."""
    tried = {
        "files": lambda: open(ctx.config["file"], "rb").close(),  # noqa: PTH123 - as an attacker would
        "sockets": lambda: _connect(ctx.config["socket"]),
        "network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "signals": lambda: os.kill(os.getppid(), 0),
        "processes": lambda: os._exit(0) if os.fork() == 0 else None,
    }
    return ctx.emit("done", {"open": [name for name, attempt in tried.items() if _works(attempt)]})


def _connect(address):
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(address)


def _works(attempt):
    try:
        attempt()
    except OSError:
        return False
    return True
