"""Asks an SNMP agent for its name; the only user of pysnmp's asking side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
    usmAesCfb128Protocol,
    usmAesCfb192Protocol,
    usmAesCfb256Protocol,
    usmDESPrivProtocol,
    usmHMAC128SHA224AuthProtocol,
    usmHMAC192SHA256AuthProtocol,
    usmHMAC256SHA384AuthProtocol,
    usmHMAC384SHA512AuthProtocol,
    usmHMACMD5AuthProtocol,
    usmHMACSHAAuthProtocol,
    usmNoAuthProtocol,
    usmNoPrivProtocol,
)

TIMEOUT_S = 2.0
SYS_NAME = "1.3.6.1.2.1.1.5.0"  # RFC 3418
_AUTH = {
    "none": usmNoAuthProtocol,
    "MD5": usmHMACMD5AuthProtocol,
    "SHA": usmHMACSHAAuthProtocol,
    "SHA224": usmHMAC128SHA224AuthProtocol,
    "SHA256": usmHMAC192SHA256AuthProtocol,
    "SHA384": usmHMAC256SHA384AuthProtocol,
    "SHA512": usmHMAC384SHA512AuthProtocol,
}
_PRIV = {
    "none": usmNoPrivProtocol,
    "DES": usmDESPrivProtocol,
    "AES": usmAesCfb128Protocol,
    "AES192": usmAesCfb192Protocol,
    "AES256": usmAesCfb256Protocol,
}


class SnmpError(Exception):
    """Why it did not work, in words."""


def ask_name(values: Mapping[str, Any], address: str, port: int) -> str:
    """Ask an agent for its sysName.

    Raises:
        SnmpError: saying why there is none.
    """
    try:
        return asyncio.run(_ask(values, address, port))
    except OSError as error:
        raise SnmpError(f"the agent could not be reached: {type(error).__name__}") from None


async def _ask(values: Mapping[str, Any], address: str, port: int) -> str:
    engine = SnmpEngine()
    try:
        target = await UdpTransportTarget.create((address, port), timeout=TIMEOUT_S, retries=1)
        wanted = ObjectType(ObjectIdentity(SYS_NAME))
        failed, status, _, bound = await get_cmd(
            engine, _who(values), target, ContextData(), wanted
        )
    finally:
        engine.close_dispatcher()
    if failed:
        raise SnmpError(f"the agent said: {str(failed)[:120]}")
    if status:
        raise SnmpError(f"the agent refused: {status.prettyPrint()[:120]}")
    return str(bound[0][1])[:120]


def _who(values: Mapping[str, Any]) -> Any:
    if values.get("version", "3") == "2c":
        return CommunityData(values["community"], mpModel=1)  # noqa: S508  v2c, as it was chosen
    auth, priv = values.get("auth_protocol", "SHA256"), values.get("priv_protocol", "AES")
    return UsmUserData(
        values["user"],
        authKey=values["auth_secret"] if auth != "none" else None,
        privKey=values["priv_secret"] if priv != "none" else None,
        authProtocol=_AUTH[auth],
        privProtocol=_PRIV[priv],
    )
