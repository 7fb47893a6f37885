# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module bootstrap: its options, the play's vault, its files, its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap import inventory
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.kept import Kept
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.story import Bootstrap, Told
from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.wanted import Wanted
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.certificate_options import secret_texts
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning import report
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door


class PlayVault:
    """The vault secrets of this play: the first one encrypts, as with ansible-vault, every one decrypts."""

    def __init__(self, secrets: Any) -> None:
        self._lib = VaultLib(secrets)

    def encrypt(self, text: str) -> str:
        """A vault file with this text."""
        encrypted: bytes = self._lib.encrypt(text)
        return encrypted.decode("ascii")

    def decrypt(self, text: str) -> str:
        """The text of a vault file; raises ValueError."""
        try:
            decrypted: bytes = self._lib.decrypt(text.encode())
            return decrypted.decode("utf-8")
        except AnsibleError as error:
            raise ValueError("no vault secret of this play fits") from error


def play_vault(loader: Any) -> PlayVault | None:
    """What this play can encrypt with; ``None`` when it was given no vault secret."""
    secrets = getattr(getattr(loader, "_vault", None), "secrets", None)
    return PlayVault(secrets) if secrets else None


class BootstrapWork:
    """Mixed into the action of all modules, which masks results and errors."""

    _task: Any
    _loader: Any
    _display: Any
    _variables: Mapping[str, Any]

    def run(self, tmp: str | None = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Remember who the router is in the inventory."""
        self._variables = task_vars or {}
        result: dict[str, Any] = super().run(tmp, task_vars)  # type: ignore[misc]
        return result

    def _learn_raw(self, masker: Masker) -> None:
        admin = self._task.args.get("admin")
        if isinstance(admin, Mapping):
            masker.add(admin.get("password"))
        certificate = self._task.args.get("certificate")
        if isinstance(certificate, Mapping):
            masker.add(*secret_texts(certificate))

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        options = validate("bootstrap", self._task.args)
        way = door.options
        if way.first_contact is not None:
            masker.add(way.first_contact.passphrase)
        name = str(self._variables.get("inventory_hostname", way.host))
        wanted = Wanted(name, way, options)
        vault = play_vault(self._loader)
        form = options["password_format"]
        admin = wanted.admin
        kept = Kept(
            way.password, options["password_file"] or "", form, "ansible_password", "bootstrap: password_file", vault
        )
        admin_kept = Kept(
            admin["password"] or "", admin["password_file"] or "", form, admin["password_variable"],
            "bootstrap: admin.password_file", vault,
        )  # fmt: skip
        for each in (kept, admin_kept):
            masker.add(each.value())
        story = Bootstrap(wanted, kept, admin_kept, check_mode=self._task.check_mode)
        try:
            told = story.run()
        finally:
            for each in (kept, admin_kept):
                masker.add(each.value())
            for warning in story.told.warnings:
                self._display.warning(masker.text(warning))
        return self._result(told, wanted)

    def _result(self, told: Told, wanted: Wanted) -> dict[str, Any]:
        held = inventory.variables(wanted.way, str(self._variables.get("inventory_dir") or ""))
        changed = told.changed
        path = wanted.options["vars_file"]
        if path and inventory.differs(path, wanted.name, held):
            changed = True
            if not self._task.check_mode:
                try:
                    inventory.write(path, wanted.name, held)
                except OSError as error:
                    raise BadOption(
                        f"bootstrap: vars_file: {path} cannot be written: {error.strerror}. The router is ready"
                    ) from None
        result: dict[str, Any] = {
            "changed": changed,
            "way": told.way,
            "operations": report.operations(told.operations),
            "before": report.shown(told.before),
            "after": report.shown(told.after),
            "inventory": held,
            "statistics": told.statistics,
        }
        for key, value in (
            ("ca_fingerprint", told.ca_fingerprint),
            ("host_key", told.host_key),
            ("proved_over", told.proved),
            ("protected_by", told.protected),
        ):
            if value:
                result[key] = value
        if self._task.diff:
            result["diff"] = report.diff(told.before, told.after)
        return result
