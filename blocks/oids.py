"""Object identifiers by the names that the common MIBs give them.

A name stands for numbers wherever a block names a variable: `ifOperStatus.3` is
`1.3.6.1.2.1.2.2.1.8.3`. Vendors' MIBs are not here: their objects are written in numbers.

Source: SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863), IP-MIB (RFC 4293), HOST-RESOURCES-MIB (RFC 2790),
ENTITY-MIB (RFC 6933), BGP4-MIB (RFC 4273), UPS-MIB (RFC 1628), ALARM-MIB and ITU-ALARM-MIB (RFC
3877), UCD-SNMP-MIB (Net-SNMP).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from blocks.outcomes import BlockError

OID_MAX = 128
"""Numbers in an identifier (RFC 2578, 3.5)."""
_NUMBERS = re.compile(r"\.?[0-2](\.(0|[1-9][0-9]{0,9}))+")
_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9]*)((?:\.(?:0|[1-9][0-9]{0,9}))*)")
_PART_MAX = 2**32 - 1
_SECOND_MAX = 39  # below 0 and 1, so that both fit one octet (X.690, 8.19.4)

_BELOW: Mapping[str, str] = {
    "1.3.6.1.2.1.1": "sysDescr sysObjectID sysUpTime sysContact sysName sysLocation sysServices",
    "1.3.6.1.2.1.2": "ifNumber",
    "1.3.6.1.2.1.2.2.1": (
        "ifIndex ifDescr ifType ifMtu ifSpeed ifPhysAddress ifAdminStatus ifOperStatus "
        "ifLastChange ifInOctets ifInUcastPkts ifInNUcastPkts ifInDiscards ifInErrors "
        "ifInUnknownProtos ifOutOctets ifOutUcastPkts ifOutNUcastPkts ifOutDiscards ifOutErrors"
    ),
    "1.3.6.1.2.1.31.1.1.1": (
        "ifName ifInMulticastPkts ifInBroadcastPkts ifOutMulticastPkts ifOutBroadcastPkts "
        "ifHCInOctets ifHCInUcastPkts ifHCInMulticastPkts ifHCInBroadcastPkts ifHCOutOctets "
        "ifHCOutUcastPkts ifHCOutMulticastPkts ifHCOutBroadcastPkts ifLinkUpDownTrapEnable "
        "ifHighSpeed ifPromiscuousMode ifConnectorPresent ifAlias ifCounterDiscontinuityTime"
    ),
    "1.3.6.1.2.1.4": "ipForwarding ipDefaultTTL ipInReceives",
    "1.3.6.1.2.1.25.1": (
        "hrSystemUptime hrSystemDate hrSystemInitialLoadDevice hrSystemInitialLoadParameters "
        "hrSystemNumUsers hrSystemProcesses hrSystemMaxProcesses"
    ),
    "1.3.6.1.2.1.25.2.3.1": (
        "hrStorageIndex hrStorageType hrStorageDescr hrStorageAllocationUnits hrStorageSize "
        "hrStorageUsed hrStorageAllocationFailures"
    ),
    "1.3.6.1.2.1.25.3.3.1": "hrProcessorFrwID hrProcessorLoad",
    "1.3.6.1.2.1.47.1.1.1.1": (
        "entPhysicalIndex entPhysicalDescr entPhysicalVendorType entPhysicalContainedIn "
        "entPhysicalClass entPhysicalParentRelPos entPhysicalName entPhysicalHardwareRev "
        "entPhysicalFirmwareRev entPhysicalSoftwareRev entPhysicalSerialNum entPhysicalMfgName "
        "entPhysicalModelName"
    ),
    "1.3.6.1.2.1.15": "bgpVersion bgpLocalAs",
    "1.3.6.1.2.1.15.3.1": (
        "bgpPeerIdentifier bgpPeerState bgpPeerAdminStatus bgpPeerNegotiatedVersion "
        "bgpPeerLocalAddr bgpPeerLocalPort bgpPeerRemoteAddr bgpPeerRemotePort bgpPeerRemoteAs"
    ),
    "1.3.6.1.2.1.33.1.2": (
        "upsBatteryStatus upsSecondsOnBattery upsEstimatedMinutesRemaining "
        "upsEstimatedChargeRemaining upsBatteryVoltage upsBatteryCurrent upsBatteryTemperature"
    ),
    "1.3.6.1.4.1.2021.10.1": "laIndex laNames laLoad laConfig laLoadInt",
    "1.3.6.1.6.3.1.1.5": "coldStart warmStart linkDown linkUp authenticationFailure",
}
_SINGLE: Mapping[str, str] = {
    "system": "1.3.6.1.2.1.1",
    "interfaces": "1.3.6.1.2.1.2",
    "ifTable": "1.3.6.1.2.1.2.2",
    "ifXTable": "1.3.6.1.2.1.31.1.1",
    "hrStorageTable": "1.3.6.1.2.1.25.2.3",
    "hrProcessorTable": "1.3.6.1.2.1.25.3.3",
    "entPhysicalTable": "1.3.6.1.2.1.47.1.1.1",
    "bgpPeerTable": "1.3.6.1.2.1.15.3",
    "laTable": "1.3.6.1.4.1.2021.10",
    "alarmActiveState": "1.3.6.1.2.1.118.0.2",
    "alarmClearState": "1.3.6.1.2.1.118.0.3",
    "alarmActiveResourceId": "1.3.6.1.2.1.118.1.2.2.1.10",
    "alarmActiveDescription": "1.3.6.1.2.1.118.1.2.2.1.11",
    "alarmActiveModelPointer": "1.3.6.1.2.1.118.1.2.2.1.13",
    "ituAlarmPerceivedSeverity": "1.3.6.1.2.1.121.1.1.1.1.1",
    "ituAlarmAdditionalText": "1.3.6.1.2.1.121.1.1.1.1.4",
    "snmpTrapOID": "1.3.6.1.6.3.1.1.4.1",
    "snmpTrapEnterprise": "1.3.6.1.6.3.1.1.4.3",
}
OIDS: Mapping[str, str] = MappingProxyType(
    {
        **{
            name: f"{above}.{number}"
            for above, names in _BELOW.items()
            for number, name in enumerate(names.split(), 1)
        },
        **_SINGLE,
    }
)
"""By name, the numbers."""
_NAMES = {oid: name for name, oid in OIDS.items()}


def read_oid(text: str) -> str:
    """Give the numbers of an identifier that is written in numbers or begins with a name.

    Raises:
        BlockError: `snmp.bad_oid`.

    >>> read_oid("ifOperStatus.3"), read_oid(".1.3.6.1.2.1.1.5.0")
    ('1.3.6.1.2.1.2.2.1.8.3', '1.3.6.1.2.1.1.5.0')
    """
    if named := _NAMED.fullmatch(text):
        if named[1] not in OIDS:
            raise _bad_oid(f"There is no object {named[1][:60]} here: write its numbers instead.")
        text = OIDS[named[1]] + named[2]
    parts = text.removeprefix(".").split(".")
    if not _NUMBERS.fullmatch(text) or not _can_be_sent([int(part) for part in parts]):
        message = (
            f"{text[:80]} is no object identifier: write such as 1.3.6.1.2.1.1.5.0 or sysName.0."
        )
        raise _bad_oid(message)
    return text.removeprefix(".")


def name_of(oid: str) -> str:
    """Say an identifier by its name, as far as it has one; the index stays in numbers.

    >>> name_of("1.3.6.1.2.1.2.2.1.8.3"), name_of("1.3.6.1.4.1.9.9")
    ('ifOperStatus.3', '1.3.6.1.4.1.9.9')
    """
    known, index = oid, ""
    while known and known not in _NAMES:
        known, _, last = known.rpartition(".")
        index = f".{last}{index}"
    return _NAMES[known] + index if known else oid


def _can_be_sent(parts: list[int]) -> bool:
    fits = len(parts) <= OID_MAX and all(part <= _PART_MAX for part in parts)
    return fits and (parts[0] == 2 or parts[1] <= _SECOND_MAX)  # noqa: PLR2004  X.660's three roots


def _bad_oid(message: str) -> BlockError:
    return BlockError("snmp.bad_oid", message, retryable=False)
