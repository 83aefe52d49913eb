"""What stands in PEM and in keys of SSH: whether it can be read, fits together, and runs out when.

Never repeats what it was given: a message says what is wrong, not with which text.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
    load_ssh_public_key,
)

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def certificate_problem(certificate: str, key: str, passphrase: str) -> tuple[str, str]:
    """Say what is wrong with a certificate and its key, and with which: two "" when nothing is."""
    try:
        leaf = x509.load_pem_x509_certificates(certificate.encode())[0]
    except _UNREADABLE:
        return "certificate", "is no certificate in PEM: it begins with -----BEGIN CERTIFICATE"
    try:
        found = load_pem_private_key(key.encode(), passphrase.encode() or None)
    except TypeError:
        needed = "needs its passphrase" if not passphrase else "has no passphrase: leave that empty"
        return "passphrase", f"the key {needed}"
    except _UNREADABLE:
        return "key", "cannot be read: paste it in PEM, and mind its passphrase"
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if found.public_key().public_bytes(*shape) != leaf.public_key().public_bytes(*shape):
        return "key", "belongs to another certificate: paste the one that was made with it"
    return "", ""


def authority_problem(text: str) -> str:
    """Say what is wrong with the authorities of a server; "" when nothing is."""
    try:
        x509.load_pem_x509_certificates(text.encode())
    except _UNREADABLE:
        return "is no certificate in PEM: it begins with -----BEGIN CERTIFICATE"
    return ""


def certificate_end(certificate: str) -> datetime:
    """Say when the first certificate of a chain that can be read runs out."""
    return x509.load_pem_x509_certificates(certificate.encode())[0].not_valid_after_utc


def ssh_key_problem(key: str, passphrase: str) -> str:
    """Say what is wrong with a private key of SSH; "" when nothing is."""
    load = load_ssh_private_key if "OPENSSH PRIVATE KEY" in key else load_pem_private_key
    text = key.strip() + "\n"
    try:
        load(text.encode(), passphrase.encode() or None)
    except _UNREADABLE:
        return "cannot be read: paste it as ssh-keygen writes it, and mind its passphrase"
    return ""


def host_key_of(text: str) -> str:
    """Give a host key as `type base64`, read from a line of ssh-keyscan or known_hosts; or "".

    >>> host_key_of("nonsense")
    ''
    """
    words = text.split()
    for at, word in enumerate(words[:-1]):
        line = f"{word} {words[at + 1]}"
        try:
            load_ssh_public_key(line.encode())
        except _UNREADABLE:
            continue
        return line
    return ""


def host_keys_of(text: str, host: str, port: int) -> tuple[str, ...]:
    """Give the keys that a server may show, each as `type base64`.

    Args:
        text: Lines of ssh-keyscan or known_hosts; one that names no host is about all of them, one
            that is commented out or marked (`@revoked`, `@cert-authority`) about none.
        host: As it is called.
        port: Where it listens; others than 22 stand with the host, `[host]:port`.

    >>> host_keys_of("nonsense", "router.example.net", 22)
    ()
    """
    names = {host, f"[{host}]:{port}"}
    found = []
    for line in _lines(text):
        key = "" if line.startswith("@") else host_key_of(line)
        before = f" {line}".partition(f" {key}")[0].split() if key else []
        if key and (not before or names & set(before[-1].lower().split(","))):
            found.append(key)
    return tuple(dict.fromkeys(found))


def host_keys_problem(text: str) -> str:
    """Say what is wrong with lines of host keys; "" when each is one.

    >>> host_keys_problem("@revoked edge-1.example.net ssh-ed25519 AAAA")[:32]
    'has a line that is marked with @'
    """
    lines = _lines(text)
    if any(line.startswith("@") for line in lines):
        return "has a line that is marked with @, as revoked or of an authority: take that line out"
    if not lines or not all(host_key_of(line) for line in lines):
        return "is no key: paste a line that ssh-keyscan prints for the host, one for each host"
    return ""


def _lines(text: str) -> list[str]:
    """Give the lines that say something, with single blanks between their words."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
