# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs in the virtual machine: one tunnel after the other, with the kernel's own ESP, from files made outside.

    python guest.py FOLDER        # FOLDER/*.json, one for each scenario; prints one line of JSON for each

A line says what was seen, and judges nothing: test_kernel.py does.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from ansible_collections.bastion.routeros.tests.packets.ipsec.charon import Charon
from ansible_collections.bastion.routeros.tests.packets.ipsec.pluto import Pluto
from ansible_collections.bastion.routeros.tests.packets.ipsec.wiretap import NEIGHBOURS, Wiretap
from ansible_collections.bastion.routeros.tests.packets.namespaces import Lab, Namespace

LINE = "seen: "
WITH_LIBRESWAN = ", with Libreswan"
# An emulated processor takes its time, and another one's when the machine is busy.
SLOW = 60.0
WORD = b"a word that nobody else says"


def wire(lab: Lab, about: dict[str, Any]) -> tuple[Namespace, Namespace, Namespace]:
    """The controller, the router, and the internet between them."""
    controller, internet, router = (lab.namespace(name) for name in ("controller", "internet", "router"))
    for who in (controller, internet, router):
        for name in ("accept_dad", "dad_transmits", "router_solicitations", "accept_ra"):
            who.setting(f"net.ipv6.conf.default.{name}", 0)
    lab.cable(controller, "eth0", internet, "left")
    lab.cable(router, "ether1", internet, "right")
    internet.setting("net.ipv4.ip_forward", 1)
    internet.setting("net.ipv6.conf.all.forwarding", 1)
    for ends in about["ends"]:
        family = "-6" if ":" in ends["controller"] else "-4"
        for who, interface, side, other in (
            (controller, "eth0", "controller", "left"),
            (router, "ether1", "router", "right"),
        ):
            who.address(f"{ends[side]}/{ends['prefix']}", interface)
            who.address(f"{ends[f'{side}_inside']}/{128 if family == '-6' else 32}", "lo")
            internet.address(f"{ends[f'{side}_way_out']}/{ends['prefix']}", other)
            who.run("ip", family, "route", "add", "default", "via", ends[f"{side}_way_out"], "dev", interface)
    if about["nat"]:
        internet.nft(about["nat"])
    return controller, internet, router


def end(who: Namespace, folder: Path, files: dict[str, str], options: dict[str, str]) -> Charon:
    """A strongSwan with these files."""
    charon = Charon(who, folder, options, kernel=True)
    for name, text in files.items():
        (charon.swanctl_folder / name).write_text(text, encoding="utf-8")
    charon.start()
    charon.load()
    return charon


def serve(router: Namespace, port: int) -> socket.socket:
    """Something that answers in the API's place, on every address of the router."""
    with router.inside():
        listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)

    def echo(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(100):
                connection.sendall(data)

    def work() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=echo, args=listener.accept()[:1], daemon=True).start()

    threading.Thread(target=work, daemon=True).start()
    return listener


def attempt(host: str, port: int, timeout: float = SLOW) -> socket.socket | str:
    """A connection, or why there is none."""
    try:
        return socket.create_connection((host, port), timeout)
    except TimeoutError:
        return "silence"
    except OSError as error:
        return "rejected" if isinstance(error, ConnectionRefusedError) else str(error)


def says(session: socket.socket, timeout: float) -> str:
    """What becomes of a word."""
    session.settimeout(timeout)
    try:
        session.sendall(WORD)
        return "answered" if session.recv(100) == WORD else "ended"
    except TimeoutError:
        return "silence"
    except OSError as error:
        return type(error).__name__


def scenario(about: dict[str, Any]) -> dict[str, Any]:
    """Everything about one tunnel."""
    seen: dict[str, Any] = {"name": about["name"]}
    with Lab() as lab, tempfile.TemporaryDirectory(dir="/run") as made:
        controller, internet, router = wire(lab, about)
        folder = Path(made)
        for script in about["filter"]:
            router.nft(script)
        there = end(router, folder / "router", about["router"], about["options"])
        here = end(controller, folder / "controller", about["controller"], {"retransmit_timeout": "10"})
        listener = serve(router, about["port"])
        with listener, Wiretap(internet, "left") as tap:
            # Nobody asks for the tunnel but the first packet.
            seen["before"] = sorted(here.associations())
            with controller.inside():
                seen["elsewhere"] = attempt(about["elsewhere"], about["port"]) if about["elsewhere"] else ""
                session = attempt(about["target"], about["port"])
            if isinstance(session, str):
                seen |= {"session": session, "log": here.log()[-1500:], "log_there": there.log()[-1500:]}
                return seen
            seen["session"] = says(session, SLOW)
            seen["up"] = sorted(here.associations())
            modes = here.tell("--list-sas")
            seen["mode"] = next((word for word in ("TRANSPORT", "TUNNEL") if word in modes), "")
            child = about["child"]
            before = here.spis(child)
            here.tell("--rekey", "--child", child)
            here.wait(lambda: here.spis(child) - before, "the second phase is not renewed")
            seen["renewed"] = says(session, SLOW)
            # Both ends lose what they had, and neither hears of the other any more.
            internet.nft("table inet lost {\nchain way {\ntype filter hook forward priority 0;\ndrop\n}\n}\n")
            for each, connection in ((here, about["connection"]), (there, about["peer"])):
                each.ask("--terminate", "--ike", connection, "--force", "--timeout", "1")
            seen["without"] = says(session, 3)
            seen["kinds"] = {kind: number for kind, number in tap.kinds().items() if kind not in NEIGHBOURS}
            seen["in_clear"] = tap.in_clear((about["port"],))
            seen["heard"] = any(WORD in each.data for each in tap.seen())
            session.close()
        for charon in (here, there):
            charon.stop()
    return seen


def with_libreswan(about: dict[str, Any]) -> dict[str, Any]:
    """The same tunnel, with another program at the controller's end."""
    seen: dict[str, Any] = {"name": f"{about['name']}{WITH_LIBRESWAN}"}
    with Lab() as lab, tempfile.TemporaryDirectory(dir="/run") as made:
        controller, internet, router = wire(lab, about)
        folder = Path(made)
        for script in about["filter"]:
            router.nft(script)
        there = end(router, folder / "router", about["router"], about["options"])
        here = Pluto(controller, folder / "controller", about["connection"], about["libreswan"])
        here.start()
        listener = serve(router, about["port"])
        with listener, Wiretap(internet, "left") as tap:
            seen["before"] = sorted(there.associations())
            with controller.inside():
                session = attempt(about["target"], about["port"])
            if isinstance(session, str):
                return seen | {"session": session, "log": here.log()[-3000:], "log_there": there.log()[-1500:]}
            seen["session"] = says(session, SLOW)
            (child,) = (name for name in there.associations() if name != about["peer"])
            before = there.spis(child)
            there.tell("--rekey", "--child", child)
            there.wait(lambda: there.spis(child) - before, "the second phase is not renewed")
            seen["renewed"] = says(session, SLOW)
            seen["kinds"] = {kind: number for kind, number in tap.kinds().items() if kind not in NEIGHBOURS}
            seen["in_clear"] = tap.in_clear((about["port"],))
            seen["heard"] = any(WORD in each.data for each in tap.seen())
            session.close()
        here.stop()
        there.stop()
    return seen


def main(folder: str) -> None:
    """Every scenario of the folder, in the order of the names."""
    for path in sorted(Path(folder).glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        for work in (scenario, *([with_libreswan] if about.get("libreswan") else [])):
            try:
                seen = work(about)
            except Exception as error:
                seen = {"name": f"{about['name']}: {work.__name__}", "error": f"{type(error).__name__}: {error}"}
            sys.stdout.write(f"\n{LINE}{json.dumps(seen)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
