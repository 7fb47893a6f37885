# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bootstrap, cut at every sentence and run again: it finishes, and at no moment is the router without a way in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire import ssh
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from ansible_collections.bastion.routeros.tests.integration.bootstrap.newcomer import (
    ADMIN_PASSWORD,
    SCALE,
    SWITCHES,
    Newcomer,
)
from ansible_collections.bastion.routeros.tests.prove.cutting import COMMON, Killed, Trial
from ansible_collections.bastion.routeros.tests.prove.scenarios import Place, Scenario
from ansible_collections.bastion.routeros.tests.unit.certificates.pki import make
from routeros_simulator.testing import Simulator, running

# "make test-full" sets this: every sentence of what matters most, every third one of the rest. Otherwise some of each.
FULL = os.environ.get("PROVE_CUTS") == "all"
SOME = 6
ADMIN = {"state": "disabled", "replaced_by": "netadmin", "password": ADMIN_PASSWORD}
# Over SSH nobody waits for an answer that a silent network swallows longer than paramiko does, in earnest.
SSH_KINDS = ("killed", "cut", "rebooted")
KINDS = {"anonymous": COMMON, "plain": COMMON, "ssh": SSH_KINDS}
# Where the certificate comes from: an authority on the router, one at home, or the site (whose key SSH alone may see).
CASES = [
    *(("7.24", method, kind, "router") for method in KINDS for kind in KINDS[method]),
    *((version, method, "killed", "router") for version in ("7.12.2", "7.18.2") for method in KINDS),
    *(("7.16.2", "plain", kind, "router") for kind in COMMON),
    *(("7.24", method, "killed", "home") for method in KINDS),
    *(("7.24", "ssh", kind, source) for kind in SSH_KINDS for source in ("home", "site")),
]
A_FEW = [
    ("7.24", "anonymous", "killed", "router"),
    ("7.24", "plain", "cut", "home"),
    ("7.18.2", "plain", "rebooted", "router"),
    ("7.24", "ssh", "killed", "site"),
]


def at_home(new: Newcomer) -> dict[str, Any]:
    """An authority that is made at home, where the inventory looks for it."""
    key = str(new.folder / "fleet.key")
    return {**CURVE, "ownca_path": str(new.ca), "ownca_privatekey_path": key, "ownca_create": True}


def of_the_site(new: Newcomer) -> dict[str, Any]:
    """A certificate and its key that somebody brings along."""
    root = make("Site", authority=True)
    leaf = make("router1.example.net", root, addresses=("127.0.0.1",))
    new.ca.parent.mkdir(parents=True)
    new.ca.write_text(root.pem)
    return {"certificate_content": leaf.pem, "privatekey_content": leaf.key_pem()}


CURVE = {"key_size": "prime256v1"}
CERTIFICATES: dict[str, Callable[[Newcomer], dict[str, Any]]] = {
    "router": lambda _new: CURVE,
    "home": at_home,
    "site": of_the_site,
}


class Bootstrapping(Trial):
    """A run of bootstrap behind a network that something happens to; lines of the console count as sentences do."""

    def __init__(self, router: Simulator, folder: Path, method: str, source: str, patch: pytest.MonkeyPatch) -> None:
        ports = {"api": router.api_port, "api-ssl": router.api_ssl_port}
        if method == "ssh":
            ports["ssh"] = router.ssh_port
        super().__init__(Place(router, folder, ports), Scenario("bootstrap", lambda _place: [], []), patch)
        own = self.place.ports
        seen = {"plain": own["api"], "anonymous": own["api-ssl"], "ssh": own.get("ssh", 0)}
        self.new = Newcomer(router, folder, method, ports=seen)
        self.certificate = CERTIFICATES[source](self.new)
        run = ssh.Console.run

        def counted(console: ssh.Console, line: str, end: str, timeout: float | None = None) -> str:
            self.count(line.partition(" ")[0])
            return run(console, line, end, timeout)

        patch.setattr(ssh.Console, "run", counted)

    def go(self) -> str:
        """One run; what was said in the end."""
        self.sentences = 0
        try:
            told = self.new.bootstrap(sleep=self.network.pass_time, admin=ADMIN, certificate=self.certificate)
        except (RouterError, Killed) as error:
            return "" if isinstance(error, Killed) else f"{type(error).__name__}: {error}"
        return "changed" if told.changed else "unchanged"

    def ways_in(self) -> list[str]:
        """Who gets in now, with what the operator has at hand."""
        new, found = self.new, []
        self._dead, self._at = False, -1  # somebody else asks
        for user, password in (("automation", new.password), ("admin", ""), ("netadmin", ADMIN_PASSWORD)):
            if new.gets_in(user=user, password=password):
                found.append(f"{user} over verified TLS")
        if new.method != "ssh" and new.gets_in(new.method, "admin", ""):
            found.append(f"admin by {new.method}")
        if new.method == "ssh" and new.router.router.users.judge("admin", "", "127.0.0.1", "ssh"):
            found.append("admin by ssh")
        return found


@contextmanager
def trial_of(version: str, method: str, source: str, folder: Path) -> Iterator[Bootstrapping]:
    """A router out of the box, ready for one trial."""
    with (
        running(version, time_scale=SCALE, switches=SWITCHES, ssh=method == "ssh") as router,
        pytest.MonkeyPatch.context() as patch,
    ):
        trial = Bootstrapping(router, folder, method, source, patch)
        try:
            yield trial
        finally:
            trial.network.close()


@pytest.mark.parametrize(("version", "method", "kind", "source"), CASES if FULL else A_FEW)
def test_every_cut_of_bootstrap(
    version: str, method: str, kind: str, source: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with trial_of(version, method, source, tmp_path / "uncut") as trial:
        assert trial.go() == "changed"
        sentences = trial.sentences
    every = 1 if (version, kind) == ("7.24", "killed") else 3
    step = every if FULL else max(1, sentences // SOME)
    faults = []
    tried = 0
    for sentence in range(0, sentences, step):
        with trial_of(version, method, source, tmp_path / str(sentence)) as trial:
            happened = trial.interrupt(sentence, kind)
            said = trial.go()
            tried += happened()
            if fault := fault_of(trial, said, kind):
                faults.append(f"{kind} at {sentence} ({trial.sent[-1]}), told {said!r}: {fault}")
    record_property("count: bootstrap cuts tried", tried)
    record_property("count: bootstrap locked out", len(faults))
    # One sentence more or less is sent while a certificate is waited for.
    assert tried >= sentences // step - 3
    assert not faults, "\n".join(faults[:5])


def fault_of(trial: Bootstrapping, said: str, kind: str) -> str:
    """What is wrong after the cut, if anything is."""
    if kind in ("killed", "cut") and not trial.ways_in():
        return "nobody gets in at that moment"
    trial.settle()
    trial.rest()
    if not trial.ways_in():
        return "nobody gets in"
    if said == "unchanged":
        return "it was said to have had nothing to do"
    told = trial.go()
    if told not in ("changed", "unchanged"):
        return f"the next run fails: {told}"
    trial.settle()
    if "automation over verified TLS" not in trial.ways_in() or trial.new.gets_in("plain", "admin", ""):
        return f"after the next run: {trial.ways_in()}"
    if (again := trial.go()) != "unchanged":
        return f"the run after that: {again}"
    if left := [row["name"] for row in trial.new.router.rows("/file")]:
        return f"files are left on the router: {left}"
    return ""
