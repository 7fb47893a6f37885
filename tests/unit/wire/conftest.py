# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the wire share: certificates, and sessions with a scripted router."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.door import ConnectionOptions, Door
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session
from ansible_collections.bastion.routeros.tests.unit.wire.certificates import (
    Authority,
    Leaf,
    anonymous_context,
    authority,
    leaf,
)
from ansible_collections.bastion.routeros.tests.unit.wire.scripted import Peer, Server


@dataclass(frozen=True)
class Pki:
    """Two CAs with one name, and what the first of them issued."""

    ca: Authority
    ca_path: str
    other_path: str
    bad_path: str
    good: Leaf
    localhost: Leaf
    expired: Leaf
    future: Leaf
    anonymous: ssl.SSLContext
    folder: Path


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Certificates for the whole test session."""
    folder = tmp_path_factory.mktemp("pki")
    ca = authority("router-ca")
    bad = folder / "bad.pem"
    bad.write_text("this is no certificate\n")
    return Pki(
        ca=ca,
        ca_path=ca.save(folder / "ca.pem"),
        other_path=authority("router-ca").save(folder / "other.pem"),
        bad_path=str(bad),
        good=leaf(ca, folder / "good.pem", "router.example", "127.0.0.1", "::1"),
        localhost=leaf(ca, folder / "localhost.pem", "localhost"),
        expired=leaf(ca, folder / "expired.pem", "127.0.0.1", begin=-20, end=-10),
        future=leaf(ca, folder / "future.pem", "127.0.0.1", begin=10),
        anonymous=anonymous_context(folder),
        folder=folder,
    )


OpenSession = Callable[..., contextlib.AbstractContextManager[Session]]


@pytest.fixture
def talking() -> OpenSession:
    """A plain session with a router that follows a script after the login."""

    @contextlib.contextmanager
    def talk(script: Callable[[Peer], None], **options: Any) -> Iterator[Session]:
        def whole(peer: Peer) -> None:
            peer.login()
            script(peer)

        with Server(whole) as server:
            settings = {"timeout": 5.0, **options}
            door = Door(
                ConnectionOptions("127.0.0.1", "tester", password="pass", port=server.port, tls="plain", **settings)
            )
            session = door.open()
            try:
                yield session
            finally:
                session.close()

    return talk
