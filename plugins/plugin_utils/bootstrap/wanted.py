# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bootstrap wants of a router: its options as changes of the other modules, checked before anything is opened.

Pure. The names are those of the role ``secure_api``, so that it finds its own certificates and group already there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.bootstrap.conditions import (
    Admitted,
    Disabled,
    Remaining,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes import Change, change_class
from ansible_collections.bastion.routeros.plugins.plugin_utils.changes.certificate_options import OF_BROUGHT, OF_OWN_CA
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, validate
from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.api_policy import (
    granted,
    group_name,
    password_problems,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.values.prefixes import subject_alt_name
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.connection_options import ConnectionOptions

AUTHORITY = "bastion-ca"
# Without one of these the automation's next run ends at the door.
NEEDED = ("api", "read", "write")
# Of a group for people: everything that RouterOS lets a user do.
FULL = "full"
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """The options of one call, in the order of what they lead to.

    :ivar name: of the router in the inventory
    :ivar way: the future path, as the inventory tells it
    :ivar options: of the module, validated
    """

    name: str
    way: ConnectionOptions
    options: Options

    def check(self) -> None:
        """Refuse what cannot be, before anything is opened.

        :raises BadOption: says what, where and what to do.
        """
        for problem in self._problems():
            raise BadOption(f"bootstrap: {problem}. Nothing was written")

    def _problems(self) -> Iterator[str]:
        way, first = self.way, self.way.first_contact
        if way.tls != "verify":
            yield f"ansible_routeros_tls is {way.tls}, but what bootstrap makes is verified TLS: set it to verify"
        if not way.ca_path:
            yield (
                "ansible_routeros_ca_path is not set: it names the file that the CA of this router is kept in, for "
                "example {{ inventory_dir }}/ca/{{ inventory_hostname }}.pem"
            )
        if first is not None and first.user == way.user:
            yield (
                f"ansible_user and the user of ansible_routeros_first_contact are both '{way.user}': bootstrap makes a "
                "user of the automation's own, so name another one as ansible_user"
            )
        missing = [policy for policy in NEEDED if policy not in self.policies]
        if missing:
            yield f"policies: without {', '.join(missing)} the automation could not do its work"
        if self._canonical(way.address) in {self._canonical(each) for each in self.options["virtual_addresses"]}:
            yield (
                f"ansible_host is {way.host}, one of virtual_addresses: it belongs to whichever router of the group is "
                "active, so connect to the router's own address"
            )
        yield from self._admin_problems()

    @staticmethod
    def _canonical(text: str) -> str:
        try:
            return str(ip_address(text))
        except ValueError:
            return text.lower()

    def _admin_problems(self) -> Iterator[str]:
        admin, first = self.admin, self.way.first_contact
        new = bool(admin["password"] or admin["password_file"])
        asked = new or admin["state"] != "kept" or admin["replaced_by"]
        if asked and not self.admin_name:
            yield "admin.name: without ansible_routeros_first_contact it has to be said which user is meant"
        if admin["replaced_by"] and not new:
            yield f"admin.password or admin.password_file is needed for '{admin['replaced_by']}', who replaces the user"
        if admin["replaced_by"] in (self.way.user, self.admin_name) and admin["replaced_by"]:
            yield (
                f"admin.replaced_by: '{admin['replaced_by']}' has another part to play; name a user for people. If "
                "that one makes the first contact by now, say in admin.name whom it has replaced"
            )
        if new and not admin["replaced_by"] and admin["state"] != "kept":
            yield f"admin: a password for a user that is to be {admin['state']} is good for nothing; name replaced_by"
        if admin["state"] != "kept" and "policy" not in self.policies:
            yield f"policies: the automation needs policy to have another user {admin['state']}"
        if new and not admin["replaced_by"] and "policy" not in self.policies:
            yield "policies: the automation needs policy to change the password of another user"
        if asked and self.admin_name == self.way.user:
            yield f"admin.name: '{self.way.user}' is the automation's own user"
        old = first.password if first is not None and first.user == self.admin_name else ""
        if old and admin["password"] == old:
            yield "admin.password is the one that the user has already"

    # -- what belongs together -------------------------------------------------------------------------------------

    @property
    def admin(self) -> Options:
        """The option ``admin``, every part of it."""
        return dict(self.options["admin"])

    @property
    def admin_name(self) -> str:
        """The user that came with the router."""
        first = self.way.first_contact
        return str(self.admin.get("name") or (first.user if first else ""))

    @property
    def brings_key(self) -> bool:
        """Whether the certificate comes from the controller together with its key."""
        return any(self.options["certificate"].get(name) for name in OF_BROUGHT)

    @property
    def signed_elsewhere(self) -> bool:
        """Whether the CA is none of the router's own, so that its file is there before the router is prepared."""
        return any(self.options["certificate"].get(name) for name in (*OF_OWN_CA, *OF_BROUGHT))

    @property
    def policies(self) -> Sequence[str]:
        """What the automation may do, in RouterOS's order."""
        return granted(self.options["policies"])

    def check_password(self, password: str, where: str) -> None:
        """A password that somebody chose must be a strong one.

        :raises BadOption: it is not; the password is not named.
        """
        problems = password_problems(password)
        if problems:
            raise BadOption(f"bootstrap: {where} is too weak: it {' and '.join(problems)}. Nothing was written")

    # -- as changes ------------------------------------------------------------------------------------------------

    def everything(self, save_to: str, password: str, admin_password: str) -> list[Change]:
        """All that there is to do, in order, with what has to be so on the router."""
        sources = self.options["sources"]
        return [
            *([Admitted({"sources": sources})] if sources else []),
            *self.opening(save_to),
            *self.account(password),
            *self.replacement(admin_password),
            # Whoever replaces the user that goes is there by now.
            *([Remaining({"name": self.admin_name})] if self.admin["state"] != "kept" else []),
            *self.closing(admin_password),
        ]

    def opening(self, save_to: str) -> list[Change]:
        """CA, certificate and service: verified TLS. ``save_to``: where the CA goes on the controller."""
        given = {name: value for name, value in self.options["certificate"].items() if value is not None}
        elsewhere = {name: given[name] for name in given if name in (*OF_OWN_CA, *OF_BROUGHT)}
        service = {"name": "api-ssl", "certificate": given["name"], "tls_version": "only-1.2", "disabled": False}
        if self.options["port"]:
            service["port"] = self.options["port"]
        binding = _change("service", service)
        if self.brings_key:
            brought = {"name": given["name"], "renew_before": given["renew_before"], **elsewhere}
            return [_change("certificate", brought), binding]
        host = self.way.address.partition("%")[0]
        names = given.get("subject_alt_names") or [self.way.server_name, host]
        names = [subject_alt_name(str(each)) for each in [*names, *self.options["virtual_addresses"]]]
        common = {"key_size": given["key_size"], "renew_before": given["renew_before"]}
        authority = {
            "name": AUTHORITY,
            "common_name": f"bastion CA {self.name}",
            "days_valid": given["days_valid"] + 365,  # longer than what it signs
            "save_to": save_to,
            **common,
        }
        leaf = {
            "name": given["name"],
            "common_name": given.get("common_name", self.way.server_name),
            "subject_alt_name": list(dict.fromkeys(names)),
            "days_valid": given["days_valid"],
            **common,
        }
        if self.signed_elsewhere:
            return [_change("certificate", {**leaf, **elsewhere}), binding]
        return [_change("certificate", authority), _change("certificate", {**leaf, "ca": AUTHORITY}), binding]

    def account(self, password: str, update: str = "probe") -> list[Change]:
        """The automation's group and user."""
        group = self.options["group"] or group_name(self.policies)
        user = {"name": self.way.user, "group": group, "password": password, "update_password": update}
        if self.options["sources"]:
            user["address"] = self.options["sources"]
        return [
            _change("user_group", {"name": group, "policy": list(self.policies)}),
            _change("user", {**user, "disabled": False}),
        ]

    def replacement(self, password: str) -> list[Change]:
        """A user for people instead of the one that came with the router."""
        name = self.admin["replaced_by"]
        return [_change("user", {"name": name, "group": FULL, "password": password})] if name else []

    def closing(self, password: str) -> list[Change]:
        """The ways in that are not needed any more. ``password``: the new one of the user that stays."""
        made = [_change("service", {"name": name, "disabled": True}) for name in self.options["disabled_services"]]
        state, name = self.admin["state"], self.admin_name
        if state == "absent":
            made.append(_change("user", {"name": name, "state": "absent"}))
        elif state == "disabled":
            made.append(Disabled({"name": name}))
        elif password and not self.admin["replaced_by"]:
            made.append(_change("user", {"name": name, "password": password}))
        return made


def _change(module: str, options: Options) -> Change:
    """A change as the module of that name makes it."""
    checked = validate(module, options)
    return change_class(module)({name: value for name, value in checked.items() if name not in _PROTECTION})


_PROTECTION = Settings.__dataclass_fields__
