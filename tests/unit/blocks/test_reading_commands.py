"""What a command must be to count as reading, on a device and on a server."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.standard._reading import changing, why_not_reading

CHANGING = [
    "reload",
    "configure terminal",
    "show version; reload",
    "show version && reboot",
    "show version | redirect flash:x",
    "show version | tee flash:x",
    "show configuration | save x",
    "show version | append flash:x",
    "show version | sh",
    "show version |",
    "show version > flash:x",
    "show version `reload`",
    "show $(reload)",
    "show version\nreload",
    "show version !reload",
    "showdown",
    "do show version",
    "no shutdown",
    "{what} version",
    "",
    "df | xargs rm",
    "uptime & reboot",
    "admin reboot now",
    "show version | find /var -delete",
    "show version | find {/var,-delete}",
    'show version | find "-delete"',
    "show version | grep -f x y",
    "show version | tail -f",
    "show version | display save x",
    "show version | sort -o x",
    "show tech-support",
    "show tech file disk0:x",
    "show platform hardware qfp active statistics drop clear",
    "show running-config file disk0:x",
    "display diagnostic-information x.zip",
    "show ip route ?",
    "ping -f 10.0.0.1",
    "ping 10.0.0.1 repeat 2147483647",
    "ping 10.0.0.1 timeout 0",
    "info -o x",
]
CHANGING_SERVERS = [
    "df | find /var -delete",
    "df | find . -exec rm {}",
    "df | sort -o /etc/passwd",
    "df | sort --compress-program=rm",
    "df | tail -f",
    "df | tail -f /var/log/syslog",
    "df | tail --follow",
    "df | tee x",
    "df | xargs rm",
    "df | awk x",
    "df | sed -i x",
    "df | sed w",
    "df | uniq 5 6",
    "df | uniq in out",
    "df | display x.png",
    "df | grep -f /x y",
    "df | grep x /dev/zero",
    "DF -h",
    "df --output=x",
    "ss -K dst 10.0.0.1",
    "ss -tK",
    "ss -D x",
    "ss --kill",
    "ss -E",
    "date -s 12:00",
    "hostname x",
    "dmesg -C",
    "journalctl --vacuum-size=1",
    "ip link set eth0 down",
    "ip addr add 10.0.0.1/8 dev eth0",
    "ip route del default",
    "ip route flush cache",
    "ip -s link show; reboot",
    "ip -b x link",
    "ip netns exec x reboot",
    "ping -f -c 5 10.0.0.1",
    "ping 10.0.0.1",
    "ping -c 100000 10.0.0.1",
    "ping -i 0 -c 5 10.0.0.1",
    "systemctl stop x",
    "systemctl status x --host=y",
    "uptime x",
    "show version",
    "cat /etc/passwd",
    "df ~/x",
    "df *",
    "df {a,b}",
    "df (x)",
]


@pytest.mark.parametrize("command", CHANGING)
def test_a_command_that_may_change_something_does_not_count_as_reading(command: str) -> None:
    assert why_not_reading(command)


@pytest.mark.parametrize("command", CHANGING_SERVERS)
def test_what_may_change_a_server_or_does_not_end_does_not_count_as_reading(command: str) -> None:
    assert why_not_reading(command, device="server")


@pytest.mark.parametrize(
    "command",
    [
        "show version",
        "SHOW ip bgp summary",
        "show interfaces ge-0/0/1 | include rate",
        'show running-config | section "router bgp"',
        "show configuration | display set | no-more",
        "show log messages | last 20",
        "show interfaces | find ge-0/0/1",
        "show interfaces | include ^Gi.*down",
        "display interface brief",
        "admin display-config",
        "ping 10.0.0.1",
        "ping vrf MGMT 10.0.0.1 source Loopback0 repeat 20 size 1400",
        "ping -c 5 -vpn-instance MGMT 10.0.0.1",
        "traceroute 10.0.0.1",
    ],
)
def test_what_operators_look_with_counts_as_reading(command: str) -> None:
    assert why_not_reading(command) == ""


@pytest.mark.parametrize(
    "command",
    [
        "df -h /var | grep -v tmpfs | sort -k 5 -n | tail -n 3",
        "free -m",
        "uptime",
        "uname -a",
        "ip route show",
        "ip -s link show dev eth0",
        "ip -br addr",
        "ss -tulpn | grep -c ':22 '",
        "systemctl status ssh.service",
        "ping -c 3 -W 2 r1.example.net",
        "ping r1.example.net -c 3",
    ],
)
def test_what_people_look_at_servers_with_counts_as_reading(command: str) -> None:
    assert why_not_reading(command, device="server") == ""


WORDS = (
    "| find grep sort uniq tail head cut tee xargs x /var 10.0.0.1 5 -c -n -f -o -K -delete -exec "
    '--kill -tK {a,-f} (x) ~ * set add flush show clear file \'a" $x `x` "-f" "a b" ; & > < ! ?'
)
PICKERS = {"find", "grep", "sort", "uniq", "tail", "head", "cut"}


@given(
    first=st.sampled_from(["show", "display", "ping", "df", "ss", "ip link", "uptime"]),
    words=st.lists(st.sampled_from(re.findall(r'"[^"]+"|\S+', WORDS)), max_size=6),
    device=st.sampled_from(["other", "cisco", "juniper", "server"]),
)
def test_no_command_with_a_word_outside_the_list_counts_as_reading(
    first: str, words: list[str], device: str
) -> None:
    command = " ".join([first, *words])
    if why_not_reading(command, device=device):
        return

    asked, *pipes = command.split("|")
    options = {word.strip('"') for word in words if word.strip('"').startswith(("-", "{"))}
    assert options <= {"-c", "-n", "-o"}
    assert not set(command) & set(";&`$<>!?{}()~")
    assert {pipe.split()[0] for pipe in pipes} <= PICKERS
    assert device == "server" or not {"clear", "file"} & set(asked.split()[2:])
    assert device != "server" or "find" not in {pipe.split()[0] for pipe in pipes}
    assert "-o" not in " ".join(pipes)
    assert first != "ip link" or not words or words[0] in ("show", "|")


@given(rest=st.text(alphabet=" |;&`$<>\\\n-!abcshow redirect(){}*~?'\"", max_size=30))
@pytest.mark.parametrize(("start", "device"), [("show", "other"), ("df", "server")])
def test_whatever_follows_no_second_command_counts_as_reading(
    start: str, device: str, rest: str
) -> None:
    command = f"{start} {rest}"
    if why_not_reading(command, device=device):
        return

    assert not set(command) & set(";&`$<>\\\n\r!?")
    assert "-" not in {word[0] for word in rest.replace('"', "").split() if device != "server"}
    for pipe in command.split("|")[1:]:
        assert pipe.split()[0] not in ("redirect", "tee", "save", "append", "sh")


def test_a_device_that_pings_without_an_end_is_told_when_to_stop() -> None:
    assert "count" in why_not_reading("ping 10.0.0.1", device="juniper")
    assert why_not_reading("ping 10.0.0.1 count 5", device="juniper") == ""


@pytest.mark.parametrize(
    "command",
    [
        "reload",
        "clear counters",
        "RM -rf",
        "sudo cat",
        "write",
        "/bin/rm x",
        "/interface remove 1",
        "cat x; reboot",
        "cat x | tee y",
    ],
)
def test_nobody_can_call_a_known_change_reading(command: str) -> None:
    assert changing(["cat /etc/hosts", command]) == command


def test_a_further_command_counts_as_reading_when_it_is_the_whole_command() -> None:
    assert why_not_reading("cat /etc/hosts", ["cat  /etc/hosts"], device="server") == ""
    assert why_not_reading("cat /etc/hosts | grep x", ["cat /etc/hosts"], device="server") == ""
    assert why_not_reading("cat /etc/hosts.deny", ["cat /etc/hosts"], device="server")
    assert why_not_reading("cat /etc/hosts -n", ["cat /etc/hosts"], device="server")
