# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/ipsec/key: RSA keys from and to files, and keys to be mixed into IKEv2 (RouterOS manual: IPsec).

Files hold PEM: a public key as SubjectPublicKeyInfo, a private one in any form that the passphrase opens. No capture
shows what RouterOS writes there; it is what other ends of a tunnel read.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .file_table import contents, find_file, write_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    from .router import Router

RSA = "/ip/ipsec/key/rsa"
PSK = "/ip/ipsec/key/psk"
SIZES = ("2048", "4096", "8192")
_REFUSED = "failure: unable to load key file (wrong format or bad passphrase)!"
#: bytes of a key when nothing is said: the shortest that /ip/ipsec/key/psk/add takes (tree of 7.22.3)
_BYTES = 64


def _unused(call: Call, name: str) -> str:
    if call.table.find(name=name) is not None:
        raise Trap("failure: already have such name", 4)  # stand-in text
    return name


async def _generate_key(call: Call) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    call.expect(tuple(call.table.menu.commands[call.verb]))
    name, size = _unused(call, call.required("name")), call.arguments.get("key-size", SIZES[0])
    if size not in SIZES:
        raise Trap("input does not match any value of key-size", 1)
    key = await asyncio.to_thread(rsa.generate_private_key, 65537, int(size))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    values = {"name": _unused(call, name), "key-size": size, "private-key": "true", "rsa": "true"}
    call.table.insert(values, hidden={"key": pem})


def _loaded(data: bytes, passphrase: str) -> tuple[RSAPrivateKey | RSAPublicKey, bool]:
    """The RSA key in a file and whether it is a private one; raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    if b"PRIVATE KEY" in data:
        try:
            private = load_pem_private_key(data, passphrase.encode() if b"ENCRYPTED" in data else None)
        except TypeError as error:  # a passphrase where none is needed, or none where one is
            raise ValueError(str(error)) from error
        if isinstance(private, rsa.RSAPrivateKey):
            return private, True
    else:
        public = load_pem_public_key(data)
        if isinstance(public, rsa.RSAPublicKey):
            return public, False
    raise ValueError("no RSA key")


def _import(call: Call) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    call.expect(tuple(call.table.menu.commands[call.verb]))
    file = find_file(call.router, call.required("file-name"))
    if file is None:
        raise Trap("input does not match any value of file-name", 1)
    name = _unused(call, call.required("name"))
    try:
        key, private = _loaded(contents(file), call.arguments.get("passphrase", ""))
    except ValueError:
        raise Trap(_REFUSED, 4) from None
    if isinstance(key, rsa.RSAPrivateKey):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    else:
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    values = {"name": name, "key-size": str(key.key_size), "private-key": "true" if private else "false"}
    call.table.insert({**values, "rsa": "true"}, hidden={"key": pem.decode()})


def _export(call: Call) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    call.expect(tuple(call.table.menu.commands[call.verb]))
    rows = call.table.resolve(call.required("key"))
    if not rows:
        raise Trap("input does not match any value of key", 1)
    file_name = call.required("file-name")
    key, _private = _loaded(str(rows[0].hidden["key"]).encode(), "")
    public = key.public_key() if hasattr(key, "public_key") else key
    data = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_file(call.router, file_name, data, "file", delay=call.router.switches.file_delay)


def _generate(call: Call) -> None:
    call.expect(tuple(call.table.menu.commands[call.verb]))
    peer = call.required("peer")
    if call.router.tables["/ip/ipsec/peer"].find(name=peer) is None:
        raise Trap("input does not match any value of peer", 1)
    size = call.number("size", _BYTES, _BYTES, 1024)
    for _number in range(call.number("count", 1, 1, 1000)):
        call.table.insert({"peer": peer, "id": secrets.token_hex(16), "key": secrets.token_hex(size)}, journal=True)


def attach(router: Router) -> None:
    """Behaviour of the commands that this version has; keys are no part of history, as certificates are not."""
    if RSA in router.tables:
        router.tables[RSA].journaled = False
        for verb, handler in (("generate-key", _generate_key), ("import", _import), ("export-pub-key", _export)):
            router.register(RSA, verb, handler)
    if PSK in router.tables:
        router.register(PSK, "generate", _generate)
