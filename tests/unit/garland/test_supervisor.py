"""The supervisor: restarts what ends, stops in order, leaves nothing behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from garland._child import Program
from garland.supervisor import Stopped, Supervisor

FOREVER = "import time\nwhile True: time.sleep(1)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up')\n{FOREVER}"


def program(name: str, code: str, *, stage: int = 1, stop_within_s: float = 5.0) -> Program:
    command = (sys.executable, "-u", "-c", code)
    return Program(name=name, command=command, stage=stage, stop_within_s=stop_within_s)


def counted(file: Path, then: str = "") -> str:
    """Code that leaves its process id in a file, a line for each start."""
    return f"import os\nopen({str(file)!r}, 'a').write(f'{{os.getpid()}}\\n')\n{then}"


def ids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def is_running(process_id: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be noticed does not."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor(os.environ)


def test_what_is_killed_is_started_again_and_told(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    starts = tmp_path / "starts"
    with supervisor.listening():
        supervisor.start(program("worker-1", counted(starts, FOREVER)))
        assert supervisor.wait_until(lambda: len(ids(starts)) == 1, timeout_s=10)

        os.kill(ids(starts)[0], signal.SIGKILL)

        assert supervisor.wait_until(lambda: len(ids(starts)) == 2, timeout_s=10)
    assert "worker-1 was killed by SIGKILL" in capsys.readouterr().out
    assert not any(is_running(each) for each in ids(starts))


def test_pauses_double_with_each_failure_in_a_row(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    with supervisor.listening():
        supervisor.start(program("web", "raise SystemExit(3)"))
        supervisor.wait_until(lambda: False, timeout_s=2.5)

    told = capsys.readouterr().out
    assert "web ended with code 3" in told
    assert "again in 0.5 s" in told
    assert "again in 1 s" in told


def test_lines_carry_the_name_of_their_process(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    with supervisor.listening():
        code = "print('first'); print('no newline', end='')"
        assert supervisor.run_once(program("setup", code)) == 0

    assert capsys.readouterr().out.splitlines() == [
        "setup       | first",
        "setup       | no newline",
    ]


def test_the_last_stage_stops_first(supervisor: Supervisor, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    with supervisor.listening():
        for name, stage in (("redis", 0), ("worker", 1), ("web", 2)):
            code = (
                "import signal, sys\n"
                f"def stop(*_): open({str(ended)!r}, 'a').write('{name} '); sys.exit()\n"
                f"signal.signal(signal.SIGTERM, stop)\n{counted(tmp_path / name, FOREVER)}"
            )
            supervisor.start(program(name, code, stage=stage))
            assert supervisor.wait_until((tmp_path / name).exists, timeout_s=10)

    assert ended.read_text() == "web worker redis "


def test_what_does_not_stop_in_time_is_killed(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with supervisor.listening():
        supervisor.start(program("worker", STUBBORN, stop_within_s=0.3))
        supervisor.wait_until(lambda: "up" in capsys.readouterr().out, timeout_s=10)

    assert time.monotonic() - began < 10
    assert "worker had not stopped yet and was killed" in capsys.readouterr().out


def test_a_request_to_stop_ends_a_wait(supervisor: Supervisor) -> None:
    with supervisor.listening():
        os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(Stopped):
            supervisor.wait_until(lambda: False, timeout_s=10)


def test_children_of_a_killed_child_go_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    starts, below = tmp_path / "starts", tmp_path / "below"
    grandchild = counted(below, FOREVER)
    code = (
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {grandchild!r}])\n"
        f"{counted(starts, FOREVER)}"
    )
    with supervisor.listening():
        supervisor.start(program("correlator", code))
        assert supervisor.wait_until(lambda: len(ids(below)) == 1, timeout_s=10)

        os.kill(ids(starts)[0], signal.SIGKILL)

        assert supervisor.wait_until(lambda: len(ids(below)) == 2, timeout_s=10)
        assert not is_running(ids(below)[0])
