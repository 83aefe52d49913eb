"""The program of a child: locks itself down, imports one block, and runs it call by call.

Started as `python -I -S _child.py READS WRITES PARENT`: the descriptors of two pipes, and whom it
ends with; PARENT is 0 where a namespace hides it. The order matters: what is ours is imported
first, then the doors are closed, then the block's code is read.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_REASON_MAX = 500


def main() -> None:
    """Serve calls until the channel closes."""
    reads, writes, parent = (int(word) for word in sys.argv[1:])
    reads, writes = _moved(reads), _moved(writes)
    _end_with(parent)
    _mute_standard_streams()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from blocks.sandbox._frames import Channel

    channel = Channel(reads, writes, is_trusted=True)
    start = channel.receive()
    try:
        run = _prepare(start)
    except BaseException as error:  # noqa: BLE001 - whatever it is, Garland is told, and no call is taken
        channel.send({"failed": _reason(error)})
        return
    channel.send({"ready": True})
    serve = _server(channel, run)
    while True:
        serve(channel.receive())


def _moved(inherited: int) -> int:
    """Give a descriptor a low number, whatever it is in Garland: files are few here."""
    descriptor = os.dup(inherited)
    os.close(inherited)
    return descriptor


def _end_with(parent: int) -> None:
    """Have the kernel end this process when Garland's ends; its secrets are not in here."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if parent and os.getppid() != parent:
        raise SystemExit("Garland is gone")


def _mute_standard_streams() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _prepare(start: dict[str, Any]) -> Any:
    import base64

    from blocks.sandbox import _landlock, _limits, _proxies, _seccomp, _wire  # noqa: F401 - before the doors close

    filter_bytes = base64.b64decode(start["filter"])
    sys.path[:] = [path for path in sys.path[1:] if "site-packages" not in path]
    sys.path[:0] = start["paths"]
    _limits.drop_capabilities()
    _limits.limit(memory_bytes=start["memory_bytes"], cpu_s=start["cpu_s"])
    _landlock.restrict(
        [*start["paths"], *start["readable"]], listed=start["listed"], writable=[os.devnull]
    )
    _seccomp.load(filter_bytes)
    return _load(start["entry"])


def _load(entry: str) -> Any:
    import importlib.util

    spec = importlib.util.spec_from_file_location("block", entry)
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules["block"] = module
    spec.loader.exec_module(module)
    run = getattr(module, "run", None)
    if not callable(run):
        raise TypeError("block.py has no function run: write def run(ctx)")
    return run


def _server(channel: Any, run: Any) -> Callable[[dict[str, Any]], None]:
    """Give what runs the block once for a request."""
    from blocks.sandbox._frames import FrameError
    from blocks.sandbox._proxies import make_context
    from blocks.sandbox._wire import UnreadableError, write_error, write_outcome
    from blocks.sdk import BlockError

    def serve(request: dict[str, Any]) -> None:
        call = request["call"]
        try:
            outcome = run(make_context(channel, call, request))
            if hasattr(outcome, "__await__"):
                import asyncio

                outcome = asyncio.run(_awaited(outcome))
            answer = {"call": call, "ended": write_outcome(outcome)}
        except BlockError as error:
            answer = {"call": call, "error": write_error(error)}
        except UnreadableError as error:
            answer = {"call": call, "unusable": str(error)}
        except BaseException as error:  # noqa: BLE001 - also SystemExit: the child lives on
            answer = {"call": call, "crashed": _reason(error)}
        try:
            channel.send(answer)
        except FrameError as error:
            channel.send({"call": call, "unusable": str(error)})

    return serve


async def _awaited(outcome: Any) -> Any:
    return await outcome


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())[:_REASON_MAX]
    return f"{type(error).__name__}: {text}".rstrip(": ")


if __name__ == "__main__":
    main()
