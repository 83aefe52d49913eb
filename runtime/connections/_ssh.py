"""Signs in at an SSH server with a key, to see whether it works; the only user of paramiko here."""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping
from typing import Any

from tenancy.connections.pem import host_key_of

TIMEOUT_S = 10.0


class SshError(Exception):
    """Why it did not work, in words."""


def sign_in(values: Mapping[str, Any], host: str, address: str, port: int) -> str:
    """Sign in and out again; give what the server calls itself.

    Args:
        values: Of the connection.
        host: As it is called.
        address: What was judged of its addresses.
        port: Where it listens.

    Raises:
        SshError: saying why it did not work.
    """
    try:
        import paramiko  # an extra: installations without SSH do without it
    except ImportError:
        raise SshError("SSH is not installed here (the extra ssh), so it was not tried") from None
    try:
        key = _read_key(paramiko, values)
        with socket.create_connection((address, port), timeout=TIMEOUT_S) as line:
            transport = paramiko.Transport(line)
            try:
                transport.banner_timeout = TIMEOUT_S
                kind = host_key_of(values["host_key"]).partition(" ")[0]
                transport.get_security_options().key_types = _kinds(kind)
                transport.start_client(timeout=TIMEOUT_S)
                _check_host_key(transport, values)
                transport.auth_publickey(values["user"], key)
                return str(transport.remote_version)
            finally:
                transport.close()
    except paramiko.AuthenticationException:
        raise SshError(f"{host} refused the key of {values['user']}") from None
    except (OSError, paramiko.SSHException, ValueError) as error:
        raise SshError(f"{host} could not be reached: {type(error).__name__}") from None


def _kinds(kind: str) -> list[str]:
    """Ask the server for the kind of host key that is known alone."""
    return ["rsa-sha2-512", "rsa-sha2-256"] if kind == "ssh-rsa" else [kind]


def _check_host_key(transport: Any, values: Mapping[str, Any]) -> None:
    shown = transport.get_remote_server_key()
    if f"{shown.get_name()} {shown.get_base64()}" != host_key_of(values["host_key"]):
        raise SshError("the server shows another host key than the one that is known: is it ours?")


def _read_key(paramiko: Any, values: Mapping[str, Any]) -> Any:
    text, phrase = values["private_key"].strip() + "\n", values.get("passphrase") or None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), phrase)
        except paramiko.SSHException:
            continue
    raise SshError("keys of this kind cannot be used: make one of type ed25519, ecdsa or rsa")
