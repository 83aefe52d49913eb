"""Real peers that a connection signs in at: a TLS server that wants certificates, sshd, snmpd."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typing_extensions import override

from tests.support.running import wait_for

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def find_program(name: str) -> str | None:
    """Find a server that Debian keeps from people's PATH."""
    return shutil.which(name, path=_PATH)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, in PEM."""

    certificate: str
    key: str


class Authority:
    """Signs certificates of a test."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        made = self._builder(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = _pem(made.sign(self._key, hashes.SHA256()))

    def issue(self, name: str, *, days: int = 90) -> Pair:
        """Sign a certificate for a client or a server at 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        place = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = self._builder(subject, key, days).add_extension(place, critical=False)
        return Pair(_pem(made.sign(self._key, hashes.SHA256())), _key_pem(key))

    def _builder(self, subject: x509.Name, key: Any, days: int = 90) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days))
        )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: Any) -> str:
    shape = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return str(key.private_bytes(*shape, serialization.NoEncryption()).decode())


@contextmanager
def running_tls(authority: Authority, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve HTTPS to clients with a certificate of the authority; give the address and who came."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            line: Any = self.connection
            came.append(str(line.getpeercert()["subject"][0][0][1]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pair = authority.issue("server")
    chain = folder / "server.pem"
    chain.write_text(pair.certificate + pair.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.certificate)
    context.load_cert_chain(chain)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running sshd: where it is, its own key, and the key of who may sign in."""

    port: int
    user: str
    host_key: str
    private_key: str


@contextmanager
def running_sshd(folder: Path) -> Iterator[Sshd]:
    """Serve SSH to this user with a fresh key."""
    for name in ("host", "client"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    keys = folder / "authorized_keys"
    keys.write_text((folder / "client.pub").read_text())
    keys.chmod(0o600)
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {keys}\nPidFile none\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin yes\nPasswordAuthentication no\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    command = [str(find_program("sshd")), "-D", "-e", "-f", str(folder / "sshd_config")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _listens(port), what="sshd", within_s=20)
        host_key = " ".join((folder / "host.pub").read_text().split()[:2])
        yield Sshd(port, getpass.getuser(), host_key, (folder / "client").read_text())
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def running_snmpd(folder: Path, *, secret: str) -> Iterator[int]:
    """Answer SNMP to the user `garland` and the community `public`; give the port.

    The community `private` may also write, for instance sysLocation.
    """
    port = free_port()
    config = folder / "snmpd.conf"
    config.write_text(
        f"createUser garland SHA-256 {secret} AES {secret}\nrouser garland priv\n"
        "rocommunity public 127.0.0.1\nrwcommunity private 127.0.0.1\nsysName probe-7\n"
    )
    command = [
        str(find_program("snmpd")), "-f", "-Lf", str(folder / "snmpd.log"), "-C",
        "-c", str(config), "-I", "-smux", f"udp:127.0.0.1:{port}",
    ]  # fmt: skip
    environ = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder)}
    process = subprocess.Popen(command, env=environ)
    try:
        wait_for(
            lambda: "NET-SNMP version" in _text(folder / "snmpd.log"), what="snmpd", within_s=20
        )
        yield port
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Give a port of the loopback interface that nobody has."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        return int(ear.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
