# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates between router and controller: taking one home, knowing the one that is at home already.

Only the certificate travels, never a key: ``export-certificate`` without a passphrase leaves the key where it is
(RouterOS manual, Certificates).
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.files import write_whole
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+(.*?)-----END CERTIFICATE-----", re.DOTALL)
# A file just exported cannot be read for about 0.2 s.
FILE_READY = 10.0
POLL = 0.2


def fingerprint(pem: str) -> str | None:
    """SHA-256 of the first certificate in a PEM text, lower-case hexadecimal, as the router shows it."""
    found = _PEM.search(pem)
    if not found:
        return None
    return hashlib.sha256(base64.b64decode("".join(found.group(1).split()))).hexdigest()


def saved_fingerprint(path: str | None) -> str | None:
    """The fingerprint of the certificate in a file on the controller; ``None`` when there is none."""
    if not path:
        return None
    try:
        return fingerprint(Path(path).expanduser().read_text(encoding="ascii", errors="replace"))
    except (FileNotFoundError, NotADirectoryError):
        return None


def export(session: Session, name: str, sleep: Callable[[float], None] = time.sleep) -> str:
    """The certificate ``name`` of the router as PEM, without its key; the file that this makes there is removed.

    What arrives is compared with what the router tells of it in its table.

    :raises RouterError: the file did not appear, or holds no certificate or another one.
    """
    file_name = f"bastion-{re.sub(r'[^A-Za-z0-9_-]', '-', name)}"
    session.call("/certificate/export-certificate", f"=.id={name}", f"=file-name={file_name}", "=type=pem")
    wanted = (file_name, f"{file_name}.crt")
    deadline = time.monotonic() + FILE_READY
    while True:
        rows = [row for row in session.read("/file", ("name",)) if row.get("name", "").split("/")[-1] in wanted]
        for row in rows:
            whole = session.read("/file", ("name", "contents"), (f"?name={row['name']}",))
            pem = whole[0].get("contents", "") if whole else ""
            if fingerprint(pem):
                session.call("/file/remove", f"=.id={row['.id']}")
                _compare(session, name, pem)
                return pem.replace("\r\n", "\n").strip() + "\n"
        if time.monotonic() > deadline:
            raise RouterError(
                f"the router did not export certificate '{name}' within {FILE_READY:g} seconds; the user needs the "
                "policies ftp and sensitive for that",
                kind="export",
            )
        sleep(POLL)


def _compare(session: Session, name: str, pem: str) -> None:
    rows = session.read("/certificate", ("name", "fingerprint"), (f"?name={name}",))
    if not any(row.get("fingerprint", "").lower() == fingerprint(pem) for row in rows):
        raise RouterError(
            f"the file that the router exported for certificate '{name}' holds another certificate than its table "
            "tells of, so it was not kept: somebody may have changed either meanwhile; run again",
            kind="fingerprint",
        )


def save(pem: str, path: str) -> None:
    """Write the certificate to a file on the controller, whole or not at all; missing folders are made."""
    write_whole(Path(path).expanduser(), pem.encode("ascii"), 0o644)
