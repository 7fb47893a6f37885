# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate with its locked private key in one file on the controller: PEM, or PKCS#12 by the file's ending."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.carrier import Carrier
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.home import fingerprint
from ansible_collections.bastion.routeros.plugins.plugin_utils.certificates.papers import (
    BadPapers,
    Papers,
    from_pem,
    from_pkcs12,
    to_pkcs12,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.files import write_whole

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

_PKCS12 = (".p12", ".pfx")


def saved_fingerprint(path: str | None, passphrase: str) -> str | None:
    """The fingerprint of the certificate in the file when its key can be opened; ``None`` when there is none.

    :raises BadPapers: there is a file, and the passphrase does not open it.
    """
    if not path:
        return None
    target = Path(path).expanduser()
    try:
        data = target.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BadPapers(f"{target} cannot be read: {error.strerror}") from None
    if target.suffix in _PKCS12:
        return fingerprint(from_pkcs12(data, passphrase, passphrase).certificate)
    papers = from_pem(data.decode("ascii", "replace"), "", passphrase)
    return fingerprint(papers.certificate) if papers.key else None


def save(session: Session, name: str, path: str, passphrase: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Export certificate ``name`` with its key, locked with ``passphrase``, to a file that its owner alone can read.

    :raises RouterError: the router did not export it.
    :raises BadPapers: what it exported does not fit together.
    """
    certificate, key = Carrier(session, sleep).key_of(name, passphrase)
    papers = from_pem(certificate, key, passphrase)
    target = Path(path).expanduser()
    if target.suffix in _PKCS12:
        data = to_pkcs12(Papers(papers.certificate, (), key, passphrase), name)
    else:
        data = (papers.certificate + key).encode()
    write_whole(target, data)
