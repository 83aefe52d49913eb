"""Install what Garland needs to run, to be checked or to be tested; instant when it is there.

Uses the standard library alone. Says what it does. `run`: a virtual environment in `.venv` with
the packages of `requirements.lock`, hashes checked, and a C compiler where none is there (one
package, durable_rules, is built from source). `check` adds the packages that check and test the
code, and the npm packages that check JavaScript. `test` adds programs that tests run for real:
PostgreSQL, Alertmanager, snmptrap, Mosquitto, bubblewrap, Chromium, Node.js; none of them is left
running.
"""

# ruff: noqa: S603  it runs the commands written here and nothing from outside

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"

COMPILER_PACKAGES = ("gcc", "libc6-dev", "python3-dev")
POLICY = Path("/usr/sbin/policy-rc.d")


class NotPossibleError(Exception):
    """Something is missing that this script may not install; the message says what to type."""


def main() -> int:
    """Do what the one argument names; return the exit code."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    began = time.monotonic()
    try:
        did = install(purpose)
    except NotPossibleError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"\nThis failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    if did:
        say(f"ready, {time.monotonic() - began:.0f} s")
    return 0


def install(purpose: str) -> bool:
    """Install what a purpose needs; tell whether there was anything to do."""
    locks = (
        ["requirements.lock"]
        if purpose == "run"
        else ["requirements.lock", "requirements-dev.lock"]
    )
    did = install_python_packages(locks)
    if purpose == "run":
        return did
    did = install_programs(PROGRAMS if purpose == "test" else JAVASCRIPT_PROGRAMS) or did
    return install_node_packages() or did


# Python


def install_python_packages(locks: Sequence[str]) -> bool:
    """Make the virtual environment and install the locked packages and Garland itself."""
    stamp = VENV / f"garland-{locks[-1]}.stamp"
    wanted = digest_of(*locks, "pyproject.toml", "tools/bootstrap.py") + " " + sys.version
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return False
    make_environment()
    if not has_package("durable_rules"):
        need_compiler()
    for lock in locks:
        say(f"installing the packages of {lock}")
        pip("install", "--require-hashes", "--use-pep517", "-r", str(ROOT / lock))
    install_garland()
    stamp.write_text(wanted)
    return True


def make_environment() -> None:
    """Make `.venv` with pip in it, also on a Debian without python3-venv."""
    if PYTHON.exists() and works(str(PYTHON), "-m", "pip", "--version"):
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", str(VENV))
    if works(str(PYTHON), "-m", "ensurepip"):
        return
    # Debian keeps ensurepip in python3-venv; the pip at hand can fill another environment.
    if works(sys.executable, "-m", "pip", "--version"):
        run(
            *(sys.executable, "-m", "pip", "--python", str(PYTHON)),
            *("install", "--quiet", "--disable-pip-version-check", "pip"),
        )
        return
    shutil.rmtree(VENV)
    raise NotPossibleError(
        "This Python has no pip. On Debian:  apt-get install python3-pip   then try again.",
    )


def need_compiler() -> None:
    """See to it that a C compiler and Python's headers are there."""
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if shutil.which("cc") and headers.exists() and Path("/usr/include/stdio.h").exists():
        return
    install_debian(COMPILER_PACKAGES, why="durable_rules is built from source")


def install_garland() -> None:
    """Put the work tree on the environment's path, with its command.

    By hand rather than with `pip install -e`, which would fetch a build system that no lock
    names: a path file and a three-line script are all that an editable install comes to.
    """
    site = subprocess.check_output(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        text=True,
    ).strip()
    (Path(site) / "garland.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "garland"
    command.write_text(f"#!{PYTHON}\nfrom garland.cli import main\n\nmain(prog_name='garland')\n")
    command.chmod(0o755)


def has_package(name: str) -> bool:
    """Tell whether the environment has a package already."""
    return works(str(PYTHON), "-c", f"import importlib.metadata as m; m.version({name!r})")


def pip(*arguments: str) -> None:
    """Run the environment's own pip, quietly."""
    run(str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments)


# Programs of the machine


def find_postgresql() -> bool:
    """Tell whether a PostgreSQL server's programs are there."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or bool(shutil.which("initdb"))


def find_mosquitto() -> bool:
    """Tell whether the MQTT broker is there; Debian puts it where only root looks."""
    return bool(shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists())


def find_server(name: str) -> bool:
    """Tell whether a server is there; Debian puts it where only root looks."""
    return bool(shutil.which(name) or Path("/usr/sbin", name).exists())


def find_node() -> bool:
    """Tell whether Node.js with npm is there."""
    return bool(shutil.which("node") and shutil.which("npm"))


Needed = tuple[str, Callable[[], bool], tuple[str, ...]]

JAVASCRIPT_PROGRAMS: tuple[Needed, ...] = (("Node.js", find_node, ("nodejs", "npm")),)
PROGRAMS: tuple[Needed, ...] = (
    ("PostgreSQL", find_postgresql, ("postgresql",)),
    (
        "Alertmanager",
        lambda: bool(shutil.which("prometheus-alertmanager")),
        ("prometheus-alertmanager",),
    ),
    ("Prometheus", lambda: bool(shutil.which("promtool")), ("prometheus",)),
    ("snmptrap", lambda: bool(shutil.which("snmptrap")), ("snmp",)),
    ("snmpd", lambda: bool(find_server("snmpd")), ("snmpd",)),
    ("snmptrapd", lambda: bool(find_server("snmptrapd")), ("snmptrapd",)),
    ("sshd", lambda: bool(find_server("sshd")), ("openssh-server",)),
    (
        "Mosquitto",
        lambda: bool(shutil.which("mosquitto_pub") and find_mosquitto()),
        ("mosquitto", "mosquitto-clients"),
    ),
    ("bubblewrap", lambda: bool(shutil.which("bwrap")), ("bubblewrap",)),
    ("Chromium", lambda: bool(shutil.which("chromium")), ("chromium",)),
    *JAVASCRIPT_PROGRAMS,
)


def install_programs(programs: Sequence[Needed]) -> bool:
    """Install the programs that are not on this machine; tell whether there were any."""
    missing = [(name, packages) for name, is_there, packages in programs if not is_there()]
    if not missing:
        return False
    names = ", ".join(name for name, _ in missing)
    install_debian([one for _, packages in missing for one in packages], why=f"tests run {names}")
    return True


def install_debian(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages without starting any service they bring."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        raise NotPossibleError(
            f"Missing: {', '.join(packages)} ({why}). These are Debian's names; "
            "install the same with this system's own package manager, then try again.",
        )
    sudo: list[str] = []
    if os.geteuid() != 0:
        if not works("sudo", "-n", "true"):
            raise NotPossibleError(
                f"Missing: {', '.join(packages)} ({why}). Let root type this, then try again:\n"
                f"  apt-get update && {' '.join(command)}",
            )
        sudo = ["sudo", "-n"]
    say(f"installing Debian's {' '.join(packages)} ({why})")
    quiet = ("-qq", "-o", "Dpkg::Use-Pty=0")
    with no_services_started(sudo):
        run(*sudo, "apt-get", "update", *quiet, log=True)
        run(
            *(*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *command, *quiet),
            log=True,
        )


@contextmanager
def no_services_started(sudo: Sequence[str]) -> Iterator[None]:
    """While this holds, Debian's packages start no service (Debian policy, chapter 9.3.3)."""
    if POLICY.exists():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as draft:
        draft.write("#!/bin/sh\nexit 101\n")
        draft.flush()
        run(*sudo, "install", "-m", "755", draft.name, str(POLICY))
    try:
        yield
    finally:
        run(*sudo, "rm", "-f", str(POLICY))


# Packages of npm


def install_node_packages() -> bool:
    """Install the locked npm packages that check JavaScript; tell whether it was needed."""
    if not (ROOT / "package-lock.json").exists():
        return False
    stamp = NODE_MODULES / "garland.stamp"
    wanted = digest_of("package-lock.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    say("installing the packages of package-lock.json")
    run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", log=True)
    stamp.write_text(wanted)
    return True


# Small things


def digest_of(*names: str) -> str:
    """Give the digest of some of the project's files."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def works(*command: str) -> bool:
    """Tell whether a command runs and exits with 0."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run(*command: str, log: bool = False) -> None:
    """Run a command; with `log`, show its output only if it fails."""
    if not log:
        subprocess.run(command, cwd=ROOT, check=True)
        return
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)


def say(text: str) -> None:
    """Tell the person what is going on."""
    print(f"garland: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
