# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``routeros-simulator``: one router, served until SIGTERM; one JSON line on stdout says where."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .clock import Clock, moment
from .loading import take_over
from .router import Router
from .script_syntax import ScriptError
from .server import Options, Server
from .state import BadState, load_file, save_file
from .switches import Switches, made


def _switch(text: str) -> tuple[str, Any]:
    """`name=value` as a field of Switches; names may be written with hyphens."""
    name, _unused, value = text.partition("=")
    name = name.replace("-", "_")
    defaults = dataclasses.asdict(Switches())
    if name not in defaults:
        raise argparse.ArgumentTypeError(f"there is no switch {name!r}; there are {', '.join(sorted(defaults))}")
    default = defaults[name]
    if isinstance(default, bool):
        words = {"yes": True, "true": True, "no": False, "false": False}
        if value not in words:
            raise argparse.ArgumentTypeError(f"{name} is yes or no, not {value!r}")
        return name, words[value]
    try:
        return name, type(default)(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{name} is a number, not {value!r}") from None


def _pair(text: str) -> tuple[str, str]:
    prefix, equals, name = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("expected NAME=VALUE")
    return prefix, name


def _moment(text: str) -> float:
    try:
        return moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a date such as 1970-01-02 or 1970-01-02T00:00:00") from None


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(
        prog="routeros-simulator",
        description="A simulated RouterOS router that answers the binary API on 127.0.0.1 (and ::1) until SIGTERM.",
    )
    add = made.add_argument
    add("--version", default="7.22.3", help="RouterOS version (default: %(default)s)")
    add("--api-port", type=int, metavar="N", help="port of api; 0, the default, is a free one")
    add("--api-ssl-port", type=int, metavar="N", help="port of api-ssl; 0, the default, is a free one")
    add("--ssh-port", type=int, metavar="N", help="serve SSH, too (needs asyncssh); 0 is a free port")
    add("--state", type=Path, metavar="FILE", help="load the router from this file, and keep it there at the end")
    add("--load", type=Path, metavar="FILE", help="take a compact export over; what is not simulated is named")
    add("--rtt", type=float, default=0.0, metavar="MS", help="milliseconds that every request needs on its way")
    add("--time-scale", type=float, default=1.0, metavar="X", help="simulated seconds per real second")
    add("--clock", type=_moment, metavar="DATE", help="what the router takes the time for, such as 1970-01-02")
    add("--switch", type=_switch, action="append", default=[], metavar="NAME=VALUE", help="decide an open question")
    add("--device-mode", metavar="MODE", help="home and others; SIGUSR1 is the button that confirms an update")
    add("--resolve", type=_pair, action="append", default=[], metavar="NAME=ADDRESS", help="what the router's DNS says")
    add("--interface", type=_pair, action="append", default=[], metavar="PREFIX=NAME", help="where sources arrive")
    add("--ipsec", action="append", default=[], metavar="PREFIX", help="sources that come through an IPsec tunnel")
    return made


def _resolver(pairs: Sequence[tuple[str, str]]) -> Callable[[str, int], Sequence[str]]:
    """Names in address lists have these addresses, of version 4 or 6, and no others."""

    def resolve(name: str, version: int) -> Sequence[str]:
        return [address for known, address in pairs if known == name and (":" in address) == (version == 6)]

    return resolve


async def _take_over(router: Router, path: Path) -> None:
    """Take an export over, and say on stderr what became of it."""
    skipped: list[str] = []
    taken = await take_over(router, path.read_text(encoding="utf-8", errors="surrogateescape"), skipped.append)
    for line in skipped:
        print(f"{path}: skipped {line}", file=sys.stderr)
    print(f"{path}: {taken} statements taken over, {len(skipped)} skipped", file=sys.stderr)


async def _serve(arguments: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    switches = made(dict(arguments.switch))
    clock = Clock(arguments.time_scale, start=arguments.clock)
    router = Router(arguments.version, switches=switches, clock=clock)
    if arguments.device_mode is not None:
        router.device_mode.set(arguments.device_mode)
    loop.add_signal_handler(signal.SIGUSR1, router.device_mode.press)
    router.resolver = _resolver(arguments.resolve)
    known = arguments.state is not None and arguments.state.exists()
    # a saved router keeps its ports unless others are asked for
    free = None if known else 0
    ports = {
        "api": free if arguments.api_port is None else arguments.api_port,
        "api-ssl": free if arguments.api_ssl_port is None else arguments.api_ssl_port,
    }
    if arguments.ssh_port is not None:
        ports["ssh"] = arguments.ssh_port
    options = Options(
        ports=ports,
        ssh=arguments.ssh_port is not None,
        round_trip=arguments.rtt / 1000,
        interfaces=dict(arguments.interface),
        ipsec=tuple(arguments.ipsec),
    )
    server = Server(router, options)
    if known:
        load_file(router, arguments.state)
    if arguments.load is not None:
        await _take_over(router, arguments.load)
    await server.start()
    ready = {name.replace("-", "_"): server.port(name) for name in ("api", "api-ssl", "ssh")} | {"pid": os.getpid()}
    print(json.dumps(ready), flush=True)
    await stopping.wait()
    await server.stop()
    if arguments.state is not None:
        save_file(router, arguments.state)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    arguments = parser().parse_args(argv)
    try:
        asyncio.run(_serve(arguments))
    except (BadState, ScriptError, ValueError, OSError, RuntimeError) as error:
        print(f"routeros-simulator: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
