# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A knock sequence for people: ready lines for the programs that they have. Pure.

Whatever sends the packets, a step is one of them, or several of the same: a repeat of the step just made is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.knock import Step

Lines = dict[str, list[str]]

PAUSE = 300
"""Milliseconds between two steps, so that they do not overtake each other."""


def lines(host: str, steps: Sequence[Step]) -> tuple[Lines, list[str]]:
    """The lines by program, each to be run in order, and what a program cannot do.

    A program that cannot send every step has no lines: half a knock would only end in a penalty.
    """
    found: Lines = {}
    notes = []
    for name, (make, reason) in _PROGRAMS.items():
        lacking = [number for number, step in enumerate(steps, 1) if reason(step)]
        found[name] = [] if lacking else make(host, steps)
        if lacking:
            notes.append(f"{name}: {reason(steps[lacking[0] - 1])} (step {lacking[0]}).")
    return found, notes


def _knock(host: str, steps: Sequence[Step]) -> list[str]:
    six = "-6 " if ":" in host else ""
    return [f"knock {six}-d {PAUSE} {host} " + " ".join(f"{step.port}:{step.protocol}" for step in steps)]


def _nmap(host: str, steps: Sequence[Step]) -> list[str]:
    six = "-6 " if ":" in host else ""

    def line(step: Step) -> str:
        kind = "-sU" if step.protocol == "udp" else "-sS"
        size = f" --data-length {step.size}" if step.size else ""
        return f"nmap {six}-n -Pn --max-retries 0 {kind} -p {step.port}{size} {host}"

    return [line(step) for step in steps]


def _nc(host: str, steps: Sequence[Step]) -> list[str]:
    def line(step: Step) -> str:
        if step.protocol == "tcp":
            return f"nc -z -w 1 {host} {step.port}"
        # Without anything to send, nc sends no datagram.
        return f"head -c {step.size or 1} /dev/zero | nc -u -w 1 {host} {step.port}"

    return [line(step) for step in steps]


def _powershell(host: str, steps: Sequence[Step]) -> list[str]:
    # Windows PowerShell's TcpClient is one of IPv4 unless it is told otherwise.
    family = "'InterNetworkV6'" if ":" in host else ""

    def line(step: Step) -> str:
        if step.protocol == "tcp":
            send = (
                f"$c = [Net.Sockets.TcpClient]::new({family}); "
                f"$null = $c.BeginConnect('{host}', {step.port}, $null, $null)"
            )
        else:
            send = (
                f"$c = [Net.Sockets.UdpClient]::new('{host}', {step.port}); "
                f"$null = $c.Send([byte[]]::new({step.size}), {step.size})"
            )
        return f"{send}; Start-Sleep -Milliseconds {PAUSE}; $c.Close()"

    return [line(step) for step in steps]


def _winbox(host: str, steps: Sequence[Step]) -> list[str]:
    return [f"{_bracketed(host)}:{step.port}" for step in steps]


def _browser(host: str, steps: Sequence[Step]) -> list[str]:
    return [f"http://{_bracketed(host)}:{step.port}/" for step in steps]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _anything(step: Step) -> str:
    return ""


def _no_size(step: Step) -> str:
    return "it sends no datagram of a given size" if step.size else ""


def _tcp_only(step: Step) -> str:
    return "it sends TCP only" if step.protocol == "udp" else ""


# What browsers refuse to open (WHATWG Fetch, bad ports), as far as it can be a step: above 1023.
_BAD_PORTS = frozenset({1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697, 10080})
_BAD_PORTS |= frozenset(range(6665, 6670))


def _pages(step: Step) -> str:
    return _tcp_only(step) or ("browsers refuse that port" if step.port in _BAD_PORTS else "")


_PROGRAMS: Mapping[str, tuple[Callable[[str, Sequence[Step]], list[str]], Callable[[Step], str]]] = {
    "knock": (_knock, _no_size),
    "nmap": (_nmap, _anything),
    "nc": (_nc, _anything),
    "powershell": (_powershell, _anything),
    "winbox": (_winbox, _tcp_only),
    "browser": (_browser, _pages),
}
