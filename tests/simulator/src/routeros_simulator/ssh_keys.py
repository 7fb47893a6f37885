# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/user/ssh-keys and the host keys of /ip/ssh (RouterOS manual: SSH).

RSA and Ed25519 are taken, ECDSA is refused; the file that an import reads is used up. Both menus work without an SSH
server: only who logs in over SSH needs one.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from .call import Call
from .errors import Trap
from .file_table import MENU as FILES
from .file_table import contents, write_file
from .table import Hooks, Row, Table

if TYPE_CHECKING:
    from .router import Router

MENU = "/user/ssh-keys"
_REFUSED = "failure: unable to load key file (wrong format or bad passphrase)!"
_TYPES = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519", "sk-ssh-ed25519@openssh.com": "ed25519-sk"}


def described(text: str) -> dict[str, str]:
    """What the menu shows of a public key in OpenSSH's form; raises Trap for what is none."""
    words = text.split(None, 2)
    try:
        kind, data = _TYPES[words[0]], base64.b64decode(words[1], validate=True)
        bits = _bits(text) if kind == "rsa" else 256
    except (KeyError, IndexError, ValueError):
        raise Trap(_REFUSED, 4) from None
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    owner = words[2].strip() if len(words) > 2 else ""
    return {"key-type": kind, "bits": str(bits), "fingerprint": f"SHA256:{digest}", "owner": owner}


def _bits(text: str) -> int:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    key = load_ssh_public_key(text.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("no RSA key")
    return key.key_size


class KeyHooks(Hooks):
    """See the module."""

    def check(self, call: Call, table: Table, row: Row | None, after: dict[str, str]) -> None:
        """A key is given as text."""
        if "key" not in after:
            raise Trap("missing =key=", 0)
        _describe(table, after, after["key"])


def _describe(table: Table, values: dict[str, str], text: str, info: str = "") -> None:
    facts = described(text)
    values.update({name: facts[name] for name in ("key-type", "bits", "fingerprint") if name in table.menu.properties})
    for name in ("info", "key-owner"):
        if name in table.menu.properties:
            values[name] = info or facts["owner"]


def _import(call: Call) -> None:
    call.expect(tuple(call.table.menu.commands["import"]))
    user = call.required("user")
    if call.router.tables["/user"].find(name=user) is None:
        raise Trap("input does not match any value of user", 1)
    files = call.router.tables[FILES]
    file = files.find(name=call.required("public-key-file"))
    if file is None:
        raise Trap("input does not match any value of public-key-file", 1)
    text = contents(file).decode("utf-8", "replace").strip()
    values = {"user": user}
    info = call.arguments.get("info", call.arguments.get("key-owner", ""))
    _describe(call.table, values, text, info)
    call.table.insert(values, journal=True, hidden={"key": text})
    files.delete(file)


def keys_of(router: Router, user: str) -> list[str]:
    """The public keys of a user, each as a line of OpenSSH's authorized_keys."""
    return [str(row.hidden.get("key", "")) for row in router.tables[MENU] if row.get("user") == user]


def password_allowed(router: Router, user: str) -> bool:
    """Whether a password opens SSH for this user: a key of its own forbids that, unless /ip/ssh says otherwise."""
    settings = router.tables["/ip/ssh"].only
    word = settings.get("password-authentication")
    if word in ("yes", "no"):
        return word == "yes"
    return settings.get("always-allow-password-login") == "true" or not keys_of(router, user)


def host_key(router: Router) -> str:
    """The private host key of the kind that /ip/ssh names, as PEM; made when there is none, kept with the state."""
    row = router.tables["/ip/ssh"].only
    kind = row.get("host-key-type", "rsa")
    found = row.hidden.get(f"host-key-{kind}")
    if not isinstance(found, str):
        found = row.hidden[f"host-key-{kind}"] = _make(kind, int(row.get("host-key-size", "2048")))
    return found


def _make(kind: str, size: int) -> str:
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else rsa.generate_private_key(65537, size)
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _regenerate(call: Call) -> None:
    call.expect(())
    row = call.router.tables["/ip/ssh"].only
    row.hidden = {name: value for name, value in row.hidden.items() if not name.startswith("host-key-")}


def _export_host_key(call: Call) -> None:
    """Into PREFIX_TYPE.pem and PREFIX_TYPE_pub.pem (published scripts for 7.x; older manuals write PREFIX_TYPE)."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_ssh_private_key,
    )

    call.expect(tuple(call.table.menu.commands[call.verb]))
    kind = call.table.only.get("host-key-type", "rsa")
    base = f"{call.required('key-file-prefix')}_{kind}"
    key = load_ssh_private_key(host_key(call.router).encode(), None)
    passphrase = call.arguments.get("passphrase", "")
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, locked)
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    delay = call.router.switches.file_delay
    write_file(call.router, f"{base}.pem", private, ".pem file", delay=delay)
    write_file(call.router, f"{base}_pub.pem", public, ".pem file", delay=delay)


def _private_key(call: Call) -> tuple[str, str, int]:
    """The private key in the file that a command names: as PEM without passphrase, its type and bits."""
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
        load_ssh_private_key,
    )

    file = call.router.tables[FILES].find(name=call.required("private-key-file"))
    if file is None:
        raise Trap("input does not match any value of private-key-file", 1)
    data, passphrase = contents(file), call.arguments.get("passphrase", "").encode() or None
    load = load_ssh_private_key if b"OPENSSH" in data else load_pem_private_key
    try:
        key = load(data, passphrase)
    except (TypeError, ValueError):
        raise Trap(_REFUSED, 4) from None
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise Trap(_REFUSED, 4)
    kind, bits = ("rsa", key.key_size) if isinstance(key, rsa.RSAPrivateKey) else ("ed25519", 256)
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode(), kind, bits


def _import_host_key(call: Call) -> None:
    call.expect(tuple(call.table.menu.commands[call.verb]))
    pem, kind, _unused = _private_key(call)
    call.table.only.hidden[f"host-key-{kind}"] = pem


def _import_private(call: Call) -> None:
    """The key for the router's own SSH client: never read back."""
    call.expect(tuple(call.table.menu.commands[call.verb]))
    user = call.required("user")
    if call.router.tables["/user"].find(name=user) is None:
        raise Trap("input does not match any value of user", 1)
    pem, kind, bits = _private_key(call)
    values = {"user": user, "key-type": kind, "bits": str(bits)}
    info = call.arguments.get("info", call.arguments.get("key-owner", ""))
    if "info" in call.table.menu.properties:
        values["info"] = info
    call.table.insert(values, journal=True, hidden={"key": pem})


def attach(router: Router) -> None:
    """Behaviour of the menus."""
    router.register("/ip/ssh", "export-host-key", _export_host_key)
    router.register("/ip/ssh", "import-host-key", _import_host_key)
    router.register(f"{MENU}/private", "import", _import_private)
    router.hook(MENU, KeyHooks())
    router.register(MENU, "import", _import)
    router.register("/ip/ssh", "regenerate-host-key", _regenerate)
