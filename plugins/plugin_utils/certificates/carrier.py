# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys on their way between controller and router, through files there that are removed at once.

``create-certificate-request`` leaves ``certificate-request.pem`` and, locked with a passphrase, its key in
``certificate-request_key.pem`` some seconds later (field scripts for 6.x and 7.x). ``import`` takes the certificate
first, then its key, each from a file of its own, counts what it took, and makes ``_1`` copies of what is there already
(RouterOS manual, Certificates).
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.authority import (
    Authority,
    Terms,
    subject_name,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import Papers
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Row, Session

Read = Callable[[str, Sequence[str], Sequence[str]], "list[Row]"]
CERTIFICATE, FILE = "/certificate", "/file"
REQUEST, REQUEST_KEY = "certificate-request.pem", "certificate-request_key.pem"
# A key of 4096 bits takes a small board tens of seconds.
REQUEST_TIMEOUT = 180.0
# A file just written cannot be read for about 0.2 s.
FILE_READY = 10.0
POLL = 0.2


class CertificateFailed(RouterError):
    """The router did not make or take a certificate."""

    kind = "certificate"


class Carrier:
    """One router's certificates, over one session."""

    def __init__(self, session: Session, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._sleep = sleep

    def sign_at_home(self, template: str, name: str, authority: Authority, terms: Terms) -> None:
        """Have the router make a key and a request for it, sign that here, and bring the certificate back.

        :param template: the name of the template, which the request uses up.
        :raises CertificateFailed: the router did not do its part.
        :raises BadPapers: the request is not what was asked for.
        """
        self._make_way(terms.common_name)
        passphrase = secrets.token_urlsafe(24)
        words = (f"=template={template}", f"=key-passphrase={passphrase}")
        self._session.call(f"{CERTIFICATE}/create-certificate-request", *words, timeout=REQUEST_TIMEOUT)
        try:
            request = self._wait_for(REQUEST, REQUEST_TIMEOUT)
            self._wait_for(REQUEST_KEY, FILE_READY)
            pem = authority.sign(request, terms)
            with self._file(f"{template}.crt", pem) as file:
                self._import(file, name)
            self._name(pem, name)
            self._check_key(pem, name, self._import(REQUEST_KEY, name, passphrase))
        finally:
            # The key first: as long as the request is there, it tells whose both are.
            self._remove(REQUEST_KEY, REQUEST)
        # The manual says that a request uses its template up; where it does not, it would stay for ever.
        for row in self._session.read(CERTIFICATE, ("name", "fingerprint"), (f"?name={template}",)):
            if not row.get("fingerprint"):
                self._session.call(f"{CERTIFICATE}/remove", f"=.id={row['.id']}")

    def bring(self, papers: Papers, name: str) -> None:
        """Bring a certificate, and its key if there is one, and call it ``name``.

        :raises CertificateFailed: the router did not take one of them.
        """
        base = _file_name(name)
        with self._file(f"{base}.crt", papers.certificate) as file:
            self._import(file, name)
        self._name(papers.certificate, name)
        if papers.key:
            with self._file(f"{base}.key", papers.key) as file:
                self._check_key(papers.certificate, name, self._import(file, name, papers.passphrase))

    def key_of(self, name: str, passphrase: str) -> tuple[str, str]:
        """The certificate and the private key of ``name`` as PEM, the key locked with ``passphrase``.

        :raises CertificateFailed: the router did not export them.
        """
        base = _file_name(name)
        words = (f"=.id={name}", f"=file-name={base}", "=type=pem", f"=export-passphrase={passphrase}")
        self._session.call(f"{CERTIFICATE}/export-certificate", *words)
        try:
            certificate, key = (self._wait_for(f"{base}.{kind}", FILE_READY) for kind in ("crt", "key"))
        finally:
            self._remove(f"{base}.crt", f"{base}.key")
        return certificate.replace("\r\n", "\n"), key.replace("\r\n", "\n")

    def clear(self, files: Sequence[str]) -> None:
        """Remove these files, those that are still there."""
        self._remove(*files)

    # -- files --------------------------------------------------------------------------------------------------------

    def _make_way(self, common_name: str) -> None:
        """Requests share one file name: one of ours that was cut off goes, somebody else's stays and stops us."""
        contents = self._contents(REQUEST)
        if contents is not None and subject_name(contents) != common_name:
            raise CertificateFailed(
                f"there is a certificate request of somebody else in the router's file {REQUEST}, and a new one would "
                "overwrite it. Remove it when it is of no use any more"
            )
        self._remove(REQUEST_KEY, REQUEST)

    @contextmanager
    def _file(self, name: str, text: str) -> Iterator[str]:
        """A file on the router for as long as it is needed; a random part keeps it apart from all others."""
        # Names that share a beginning can be ambiguous for import (seen on 7.x), and an existing name is refused.
        stem, _dot, kind = name.rpartition(".")
        file = f"{stem}-{secrets.token_hex(4)}.{kind}"
        self._session.call(f"{FILE}/add", f"=name={file}", f"=contents={text}")
        try:
            self._wait_for(file, FILE_READY)
            yield file
        finally:
            self._remove(file)

    def _wait_for(self, file: str, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while True:
            contents = self._contents(file)
            if contents:
                return contents
            if time.monotonic() > deadline:
                raise CertificateFailed(
                    f"the router's file {file} did not appear within {seconds:g} seconds; the user needs the policies "
                    "ftp and sensitive to work with certificate files"
                )
            self._sleep(POLL)

    def _find(self, file: str) -> Row | None:
        """The row of a file, wherever the router keeps it (``flash/`` on devices whose root is in memory)."""
        rows = self._session.read(FILE, ("name",))
        return next((row for row in rows if row.get("name", "").rpartition("/")[2] == file), None)

    def _contents(self, file: str) -> str | None:
        row = self._find(file)
        if row is None:
            return None
        rows = self._session.read(FILE, ("name", "contents"), (f"?name={row['name']}",))
        return rows[0].get("contents", "") if rows else None

    def _remove(self, *files: str) -> None:
        """By id: removal by name can do nothing right after a file was made. The import may have taken it already."""
        for file in files:
            row = self._find(file)
            if row is not None:
                self._session.call(f"{FILE}/remove", f"=.id={row['.id']}")

    # -- certificates -------------------------------------------------------------------------------------------------

    def _import(self, file: str, name: str, passphrase: str = "") -> Mapping[str, str]:
        """:returns: what the router counted; whether it took what it should is seen in its table."""
        row = self._find(file)
        words = (f"=file-name={row['name'] if row else file}", f"=name={name}", f"=passphrase={passphrase}")
        reply = self._session.call(f"{CERTIFICATE}/import", *words, timeout=REQUEST_TIMEOUT)
        return {key: text for each in [*reply.rows, reply.done] for key, text in each.items()}

    def _name(self, pem: str, name: str) -> None:
        """Find it by its fingerprint, whatever the router has called it, and give it its name."""
        row = self._wait(pem, lambda row: True)
        if row is None:
            raise CertificateFailed(f"the router did not take certificate '{name}'")
        if row.get("name") != name:
            self._session.call(f"{CERTIFICATE}/set", f"=.id={row['.id']}", f"=name={name}")

    def _check_key(self, pem: str, name: str, counted: Mapping[str, str]) -> None:
        if self._wait(pem, lambda row: row.get("private-key") == "true") is not None:
            return
        if counted.get("decryption-failures", "0") != "0":
            raise CertificateFailed(
                f"the router cannot decrypt the private key of '{name}'. Give it another encryption (openssl pkcs8 "
                "-topk8 -v2 aes-256-cbc), or none: it travels inside TLS, and its file is removed from the router"
            )
        raise CertificateFailed(f"the router did not take the private key of '{name}'")

    def _wait(self, pem: str, enough: Callable[[Row], bool]) -> Row | None:
        wanted = fingerprint(pem)
        deadline = time.monotonic() + FILE_READY
        while True:
            rows = self._session.read(CERTIFICATE, ("name", "fingerprint", "private-key"))
            row = next((each for each in rows if each.get("fingerprint", "").lower() == wanted and enough(each)), None)
            if row is not None or time.monotonic() > deadline:
                return row
            self._sleep(POLL)


def left_behind(read: Read, name: str, common_name: str = "") -> list[str]:
    """The files for certificate ``name`` that a run left which was killed: keys may be among them.

    :param common_name: of the requests that are made for it; "" where none are.
    """
    ours = re.compile(
        rf"({re.escape(_file_name(name))}(-chain\d+)?|{re.escape(name)}\.request)-[0-9a-f]{{8}}\.(crt|key)"
    )
    paths = {row.get("name", "").rpartition("/")[2]: row.get("name", "") for row in read(FILE, ("name",), ())}
    found = [file for file in paths if ours.fullmatch(file)]
    if common_name and REQUEST in paths:
        rows = read(FILE, ("name", "contents"), (f"?name={paths[REQUEST]}",))
        if any(row.get("contents") and subject_name(row["contents"]) == common_name for row in rows):
            found += [file for file in (REQUEST_KEY, REQUEST) if file in paths]
    return found


def _file_name(name: str) -> str:
    return f"bastion-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"
