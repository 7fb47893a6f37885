# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a certificate comes from: each source says how it is made, and when the one that is there cannot stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.acme import Acme, missing, obtain
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import Authority, Terms
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.carrier import CERTIFICATE, Carrier
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint, save
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import Papers, common_name, load
from ansible_collections.bastion.routeros.plugins.plugin_utils.menus import menu
from ansible_collections.bastion.routeros.plugins.plugin_utils.planning.operations import Operation, Row

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

# No commands of the router's: a copy of the authority's certificate on the controller; files that a killed run left.
SAVE_AUTHORITY, REMOVE_FILES = "save-authority", "remove-files"
Sleep = Callable[[float], None]


class Source:
    """Makes the certificate ``name``.

    ``compared`` are the properties that make a signed certificate another one; ``own_key``: without its private key on
    the router it is of no use.
    """

    compared: ClassVar[Sequence[str]] = ()
    own_key = True
    # Whether it goes through files on the router, and the common name of the requests among them.
    by_files = False
    requested = ""

    def __init__(self, name: str, properties: Mapping[str, str]) -> None:
        self.name = name
        self.properties = properties

    def issue(self, rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        """The operations that make it, when there is none of that name, or only a template. Pure."""
        raise NotImplementedError

    def reason(self, row: Row) -> str:
        """Why the one that is there cannot stay, beyond its dates; empty when it can. Pure."""
        for name in self.compared:
            if name in self.properties and not _same(name, self.properties[name], row.get(name)):
                return f"{name} is {row.get(name) or 'empty'}, wanted is {self.properties[name]}"
        return ""

    def carry(self, operation: Operation, session: Session, sleep: Sleep) -> None:
        """Carry out what takes more than one sentence."""
        raise NotImplementedError(operation.verb)

    def template(self, rows: Sequence[Row], name: str, handles: Iterator[str]) -> Operation:
        """A template of that name: one that an interrupted run left is brought up to date."""
        properties = {**self.properties, "name": name}
        row = next((each for each in rows if each.get("name") == name and not each.get("fingerprint")), None)
        if row is None:
            return Operation(CERTIFICATE, "add", properties=properties, handle=next(handles), inert=True)
        return Operation(CERTIFICATE, "set", id=row[".id"], properties=properties, was=row, inert=True)


class OnRouter(Source):
    """Signed on the router, by an authority there or by itself."""

    compared = (
        "common-name", "subject-alt-name", "key-size", "key-usage", "organization", "unit", "locality", "state",
        "country", "digest-algorithm",
    )  # fmt: skip

    def __init__(self, name: str, properties: Mapping[str, str], ca: str = "") -> None:
        super().__init__(name, properties)
        self.ca = ca

    def issue(self, rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        template = self.template(rows, self.name, handles)
        sign = {"name": self.name, **({"ca": self.ca} if self.ca else {})}
        return [
            template,
            Operation(CERTIFICATE, "sign", id=template.handle or template.id, properties=sign, inert=True),
        ]

    def reason(self, row: Row) -> str:
        if self.ca and row.get("ca") != self.ca:
            return f"it was signed by {row.get('ca') or 'itself'}, not by {self.ca}"
        return super().reason(row)


class AtHome(Source):
    """The key is made on the router and stays there; the authority on the controller signs the request for it."""

    by_files = True
    # What a router shows of usages that it did not write itself is not known in every detail.
    compared = ("common-name", "subject-alt-name", "key-size")

    def __init__(
        self,
        name: str,
        properties: Mapping[str, str],
        terms: Terms,
        authority: Authority | None,
        make: Callable[[], Authority],
    ) -> None:
        """:param authority: the one that is there; ``make`` makes it when it is needed and is not there yet."""
        super().__init__(name, properties)
        self.terms, self.authority, self._make = terms, authority, make
        self.request = f"{name}.request"
        self.requested = terms.common_name

    @property
    def _called(self) -> str:
        return self.authority.name if self.authority else "a new authority"

    def issue(self, rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        shown = {"name": self.name, "template": self.request, "signed-by": f"{self._called} (on the controller)"}
        template, verb = self.template(rows, self.request, handles), "create-certificate-request"
        return [template, Operation(CERTIFICATE, verb, properties=shown, handle=next(handles), inert=True)]

    def reason(self, row: Row) -> str:
        identifier = row.get("akid", "").replace(":", "").lower()
        own = self.authority.key_identifier if self.authority else ""
        if row.get("ca") or not own or (identifier and identifier != own):
            return f"it was not signed by {self._called} on the controller"
        return super().reason(row)

    def carry(self, operation: Operation, session: Session, sleep: Sleep) -> None:
        self.authority = self.authority or self._make()
        if operation.verb == SAVE_AUTHORITY:
            save(self.authority.chain[0], operation.properties["save-to"])
        else:
            Carrier(session, sleep).sign_at_home(self.request, self.name, self.authority, self.terms)


class Brought(Source):
    """Made elsewhere: the certificate, its key, and the authorities above it are imported."""

    by_files = True

    def __init__(self, name: str, papers: Papers) -> None:
        super().__init__(name, {})
        self.papers = papers
        self.own_key = bool(papers.key)

    def issue(self, rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        there = {row.get("fingerprint", "").lower() for row in rows}
        taken = {row.get("name") for row in rows}
        # Another chain may have been brought along with the one before.
        free = (name for number in count(1) if (name := f"{self.name}.chain{number}") not in taken)
        missing = [pem for pem in self.papers.chain if fingerprint(pem) not in there]
        return [
            self._import(self.name, self.papers.certificate, handles),
            *(self._import(name, pem, handles) for pem, name in zip(missing, free, strict=False)),
        ]

    def _import(self, name: str, pem: str, handles: Iterator[str]) -> Operation:
        shown = {"name": name, "common-name": common_name(load(pem)), "fingerprint": fingerprint(pem) or ""}
        return Operation(CERTIFICATE, "import", properties=shown, handle=next(handles), inert=True)

    def reason(self, row: Row) -> str:
        wanted = fingerprint(self.papers.certificate)
        return "" if row.get("fingerprint", "").lower() == wanted else "another one was given"

    def carry(self, operation: Operation, session: Session, sleep: Sleep) -> None:
        name = operation.properties["name"]
        if name == self.name:
            papers = Papers(self.papers.certificate, (), self.papers.key, self.papers.passphrase)
        else:
            wanted = operation.properties["fingerprint"]
            papers = Papers(next(pem for pem in self.papers.chain if fingerprint(pem) == wanted))
        Carrier(session, sleep).bring(papers, name)


class FromAcme(Source):
    """The router fetches it from Let's Encrypt or another ACME service, and renews it by itself."""

    def __init__(self, name: str, acme: Acme) -> None:
        super().__init__(name, {})
        self.acme = acme

    def reason(self, row: Row) -> str:
        absent = missing(self.acme, row)
        return f"it is not for {', '.join(absent)}" if absent else ""

    def issue(self, rows: Sequence[Row], handles: Iterator[str]) -> list[Operation]:
        shown = {"name": self.name, "domain-names": ",".join(self.acme.domains)}
        return [Operation(CERTIFICATE, self.acme.verb, properties=shown, handle=next(handles), inert=True)]

    def carry(self, operation: Operation, session: Session, sleep: Sleep) -> None:
        obtain(session, self.acme, self.name, sleep)


def _same(name: str, wanted: str, have: str | None) -> bool:
    if have is None:
        return wanted == ""
    compare = menu(CERTIFICATE).properties[name].kind
    return compare.key(wanted) == compare.key(have)
