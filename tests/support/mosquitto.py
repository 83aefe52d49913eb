"""A real MQTT broker on a port of its own, which keeps its sessions over a restart."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.running import wait_for

USER, PASSWORD = "garland", "a-password"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def has_mosquitto() -> bool:
    """Tell whether the broker and its clients are installed."""
    return bool(shutil.which("mosquitto", path=_PATH) and shutil.which("mosquitto_pub"))


class Mosquitto:
    """The broker; to be started and stopped as often as a test likes."""

    def __init__(self, folder: Path, port: int, *, tls: bool = False, access: str = "") -> None:
        self.port = port
        self.authority = _make_certificate(folder) if tls else ""
        self._config = folder / "mosquitto.conf"
        passwords = folder / "mosquitto.passwords"
        subprocess.run(
            ["mosquitto_passwd", "-b", "-c", str(passwords), USER, PASSWORD],
            check=True,
            capture_output=True,
        )
        (folder / "mosquitto.acl").write_text(access)
        self._config.write_text(
            f"user {getpass.getuser()}\n"  # or it would give up root for a user of its own
            f"listener {port} 127.0.0.1\n"
            "allow_anonymous false\n"
            f"password_file {passwords}\n"
            "persistence true\n"
            f"persistence_location {folder}/\n"
            "autosave_on_changes true\n"
            "autosave_interval 1\n"
            + (f"acl_file {folder}/mosquitto.acl\n" if access else "")
            + (f"certfile {folder}/cert.pem\nkeyfile {folder}/key.pem\n" if tls else "")
        )
        self._access = ["--cafile", f"{folder}/cert.pem"] if tls else []
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        program = shutil.which("mosquitto", path=_PATH) or "mosquitto"
        self._process = subprocess.Popen(
            [program, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._listens, within_s=10, what="Mosquitto's start")

    def stop(self) -> None:
        """Stop it; what it holds for those who are away is kept."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def publish(self, topic: str, payload: str) -> None:
        """Publish with QoS 1, as a device would."""
        access = ["-u", USER, "-P", PASSWORD, "-p", str(self.port), "-q", "1"]
        subprocess.run(
            [
                "mosquitto_pub",
                *access,
                *self._access,
                "-h",
                "localhost",
                "-t",
                topic,
                "-m",
                payload,
            ],
            check=True,
        )

    def _listens(self) -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", self.port)) == 0


def _make_certificate(folder: Path) -> str:
    """Make a certificate that signs itself, for this machine's name; give it as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem.decode()
