# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module controller_certificate: a certificate of the controller's own. The router is not asked."""

from __future__ import annotations

from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Terms
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.own import Own, Signers
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import BadPapers, days_left
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.task.masking import Masker
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import Door

NAME = "controller_certificate"


class ControllerCertificateWork:
    """Mixed into the action of all modules, which knows check mode and masks the result."""

    _task: Any

    def _work(self, door: Door, masker: Masker) -> dict[str, Any]:
        masker.add(self._task.args.get("ownca_privatekey_passphrase"))
        options = validate(NAME, self._task.args)
        masker.add(options["ownca_privatekey_passphrase"])
        if options["renew_before"] >= options["days_valid"]:
            raise BadOption(f"{NAME}: renew_before: must be less than days_valid, or every run would make a new one")
        terms = Terms(
            options["common_name"],
            tuple(options["subject_alt_name"] or ()),
            ("digital-signature", "key-encipherment", "tls-client"),
            options["days_valid"],
        )
        signers = Signers(
            options["ownca_path"],
            options["ownca_privatekey_path"],
            options["ownca_privatekey_passphrase"] or "",
            options["ownca_create"] and not self._task.check_mode,
        )
        own = Own(options["path"], options["privatekey_path"])
        try:
            return self._ensure(own, signers, terms, options)
        except BadPapers as error:
            raise BadOption(f"{NAME}: {error}") from None

    def _ensure(self, own: Own, signers: Signers, terms: Terms, options: dict[str, Any]) -> dict[str, Any]:
        made = options["ownca_create"] and not signers.there()
        if made and self._task.check_mode:
            return {"changed": True, "reason": "there is no authority yet", "authority_made": True}
        authority = signers.open(options["ownca_name"])
        reason = own.reason(terms, authority, options["renew_before"])
        result = {"changed": bool(reason) or made, "reason": reason, "authority_made": made}
        if reason and not self._task.check_mode:
            result["days_left"] = int(days_left(own.make(terms, authority)))
        return result
