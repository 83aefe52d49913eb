"""What blocks that speak to devices share: the kinds of device, and what each of them knows."""

from __future__ import annotations

REFUSED = (
    r"^\s*(% ?(invalid|incomplete|ambiguous|unknown|unrecognized|bad|error|authorization|"
    r"permission|access|command|not )|error: |syntax error|unknown command|unrecognized command|"
    r"command authorization failed|invalid (input|command)|\^$)"
)
"""What devices answer to a command that they do not take."""

PAGING_OFF = {
    "cisco": "terminal length 0",
    "juniper": "set cli screen-length 0",
    "huawei": "screen-length 0 temporary",
    "nokia": "environment no more",
}
SHOW_CONFIG = {
    "cisco": "show running-config",
    "juniper": "show configuration",
    "huawei": "display current-configuration",
    "nokia": "admin display-config",
}
SERVER = "server"
ENDLESS_PING = frozenset({"juniper"})
"""Kinds of device that ping until somebody stops them; on a server a count is demanded anyway."""
