# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way leads in now: the best one that stands, and never a worse one than what is known of the router.

A CA file at home says that verified TLS stood once. From then on nothing less is spoken to that router: whoever makes
it look new again, by offering TLS without a certificate or none at all, is not obeyed. While the router is being
prepared the CA lies beside that file, under another name; it gets its own when a login over verified TLS has succeeded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import (
    ConnectFailed,
    LoginFailed,
    RouterError,
    SetupFailed,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

VERIFIED, FIRST_USER, FIRST_CONTACT, SSH = "verified", "first user", "first contact", "ssh"
PENDING = ".not-proved-yet"
REMEMBERED = """\
{where} has shown a certificate that was verified. As long as this file is here, bastion.routeros.bootstrap speaks
nothing less than verified TLS to it. Remove it when the router was reset.
"""
LOST_CA = (
    "If this router was prepared before and {ca} was lost, put that file back from a copy. Or have bootstrap fetch it "
    "again over SSH, where the host key tells who answers: ansible_routeros_first_contact: {{method: ssh, user: ..., "
    "password: ..., host_key: SHA256:...}}, with a user who has full rights."
)
# Failures of a first contact that a router shows which was prepared before: nothing else than verified TLS is open.
_CLOSED = frozenset({"tls_has_certificate", "refused", "login_refused"})
# The answers of a router that has no certificate, or of somebody who wants it to look like that.
LESS = frozenset({"tls_no_certificate", "tls_on_plain", "tls_has_certificate"})


class FirstDoor(Door):
    """First contact at once: that the future path does not stand was found already."""

    def __init__(self, options: ConnectionOptions, why: RouterError, lost: str = "") -> None:
        """:param lost: what to do if the CA was here before; "" when it is here."""
        super().__init__(options)
        # A kind for which first contact uses its method; a refused login would have it use the path that refused.
        self._why = ConnectFailed(why.message, kind="ca_file_missing")
        self._lost = lost

    def open(self) -> Session:
        """Open by first contact."""
        self.warnings = []
        try:
            return self.open_first_contact(self._why)
        except (ConnectFailed, LoginFailed) as error:
            if error.kind not in _CLOSED or not self._lost:
                raise
            raise type(error)(f"{error.message} {self._lost}", kind=error.kind) from None


@dataclass(frozen=True)
class Found:
    """The way that leads in now.

    :ivar kind: VERIFIED (as the automation), FIRST_USER (over verified TLS), FIRST_CONTACT (by its method), SSH
    :ivar door: that way; with SSH, the one that dials
    :ivar less: what TLS offered instead of a certificate; "" when it was not asked or did not answer
    """

    kind: str
    door: Door
    less: str = ""


class Ways:
    """The ways to one router.

    :param options: of the inventory, with the password of the automation's user whatever it comes from
    :param shared: where to remember that verified TLS has stood, for a router whose CA is none of its own and therefore
        known from the start; ``None`` where the CA file itself tells
    """

    def __init__(self, options: ConnectionOptions, shared: Path | None = None) -> None:
        self._options = options
        self._shared = shared
        self.final = Path(options.ca_path)
        self.pending = self.final if shared else self.final.with_name(self.final.name + PENDING)

    @property
    def known(self) -> bool:
        """Whether verified TLS has stood before."""
        return self.remembered.exists()

    @property
    def remembered(self) -> Path:
        """The file that says so."""
        return self._shared or self.final

    def find(self) -> Found:
        """The best way that stands. What was proved with the pending CA is kept from now on: see :meth:`promote`.

        :raises RouterError: there is none that may be used; says why.
        """
        if self.known:
            return self._over_tls(self.final, known=True)
        why: RouterError = ConnectFailed(
            f"The CA of {self._options.where} is not here yet ({self.final}).", kind="ca_file_missing"
        )
        if self.pending.exists():
            try:
                return self._over_tls(self.pending, known=False)
            except (ConnectFailed, LoginFailed) as error:
                if error.kind == "login_refused":
                    raise
                why = error
        first = self._options.first_contact
        if self._options.tls_pins:
            raise SetupFailed(
                "ansible_routeros_tls_pins are set, but the key of a certificate that is still to be made is not known "
                "yet. Set them after bootstrap, or leave them out: the CA is enough.",
                kind="bad_option",
            )
        lost = "" if self.pending.exists() else LOST_CA.format(ca=self.final)
        if first is None:
            raise ConnectFailed(
                f"{why.message} ansible_routeros_first_contact is not set either, so nothing tells how to get in "
                f"before that: set it to {{method: ssh, anonymous or plain, user: admin, password: ...}}. {lost}",
                kind="no_first_contact",
            )
        less = why.message if why.kind in LESS else ""
        if first.method == "ssh":
            return Found(SSH, Door(self._options), less)
        return Found(FIRST_CONTACT, FirstDoor(self.future(self.pending), why, lost), less)

    def future(self, ca: Path) -> ConnectionOptions:
        """The future path, verified with this CA."""
        return replace(self._options, ca_path=str(ca))

    def verified(self) -> Door:
        """The future path and nothing else."""
        return Door(replace(self.future(self.final), first_contact=None))

    def first_user(self) -> Door:
        """The future path; the user of the first contact while there is no other one."""
        return Door(self.future(self.final))

    def promote(self) -> None:
        """Verified TLS has stood with the pending CA: from now on nothing less is spoken."""
        if self._shared is None:
            if self.pending.exists():
                os.replace(self.pending, self.final)
        elif not self._shared.exists():
            self._shared.parent.mkdir(parents=True, exist_ok=True)
            self._shared.write_text(REMEMBERED.format(where=self._options.where), encoding="utf-8")

    def _over_tls(self, ca: Path, *, known: bool) -> Found:
        options = self.future(ca)
        try:
            Door(replace(options, first_contact=None)).open().close()
            return Found(VERIFIED, Door(replace(options, first_contact=None)))
        except LoginFailed as error:
            if error.kind != "login_refused":
                raise
            return Found(FIRST_USER, self._as_first_user(options, error))
        except ConnectFailed as error:
            if known and error.kind in LESS:
                raise self._downgrade(error) from None
            raise

    def _as_first_user(self, options: ConnectionOptions, why: LoginFailed) -> Door:
        first = options.first_contact
        if first is None:
            raise why
        door = Door(options)
        if first.method == "ssh" and first.private_key and not first.password:
            raise LoginFailed(
                f"{why.message} Verified TLS stands, but with an SSH key alone nobody else can log in to the API: set "
                "ansible_routeros_first_contact.password as well.",
                kind="login_refused",
            )
        door.open().close()
        return door

    def _downgrade(self, error: ConnectFailed) -> ConnectFailed:
        known = self.remembered
        return ConnectFailed(
            f"Verified TLS is known for {self._options.where} ({known} tells so), and now it offers less: "
            f"{error.message} Nothing less is used, and no password was sent. If the router was reset, or its "
            f"certificate removed, make sure of that at the router, delete {known} and run bootstrap again. If "
            "not, somebody may be between this controller and the router.",
            kind="downgrade",
        )
