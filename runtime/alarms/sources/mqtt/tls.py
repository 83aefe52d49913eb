"""Whom a broker's certificate must be signed by."""

from __future__ import annotations

import ssl

AUTHORITY_MAX = 64 * 1024


def tls_context(authority: str) -> ssl.SSLContext:
    """Trust the authorities given as PEM, or this machine's where none are.

    Raises:
        ValueError: the text holds no certificates.
    """
    try:
        return ssl.create_default_context(cadata=authority or None)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError("no certificate in PEM form") from error


def authority_problem(text: str) -> str | None:
    """Say what is wrong with the authorities, or None.

    >>> authority_problem("what") is None, authority_problem("")
    (False, None)
    """
    if len(text) > AUTHORITY_MAX:
        return f"authority: at most {AUTHORITY_MAX // 1024} KB of certificates"
    try:
        tls_context(text)
    except ValueError:
        return "authority: paste a certificate, with its lines BEGIN and END CERTIFICATE"
    return None
