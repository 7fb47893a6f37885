# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password that is given, or made here and kept in a file of the user's choice: before the router has it.

So a run that is cut after that finds it again. Nothing but that file ever holds it.
"""

from __future__ import annotations

import os
import secrets
import string
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption

LENGTH = 24
# None of these means anything to YAML, to a shell or to RouterOS's console.
SYMBOLS = "-_.+=@%"
FORMATS = ("vault", "vars", "text")


class Vault(Protocol):
    """What the play's vault secrets can do; :class:`None` stands for a play without any."""

    def encrypt(self, text: str) -> str: ...

    def decrypt(self, text: str) -> str: ...


def generate(choose: Callable[[str], str] = secrets.choice) -> str:
    """A new password of letters, digits and symbols, each kind in it, beginning with a letter: some 140 bits."""
    letters, everything = string.ascii_letters, string.ascii_letters + string.digits + SYMBOLS
    while True:
        text = choose(letters) + "".join(choose(everything) for _position in range(LENGTH - 1))
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)
        if all(set(text) & set(kind) for kind in kinds):
            return text


@dataclass
class Kept:
    """One password.

    :ivar given: by the user; ``""`` when it is not
    :ivar path: of the file; ``""`` when there is none
    :ivar form: ``vault`` (a file of variables, encrypted), ``vars`` (the same in the clear), ``text`` (it alone)
    :ivar variable: its name in a file of variables
    :ivar option: the module and its option, for messages
    """

    given: str
    path: str
    form: str
    variable: str
    option: str
    vault: Vault | None = None
    _found: str = ""
    _made: str = ""

    def value(self) -> str:
        """The password: the given one, that in the file, or a new one that :meth:`keep` will write there.

        :raises BadOption: there is none and nowhere to keep a new one, or the file cannot be used.
        """
        if self.path:
            if self.form == "vault" and self.vault is None:
                raise self._bad(
                    "the play has no vault secret to encrypt it with; run it with --ask-vault-pass or --vault-id, or "
                    "say vars or text and keep the file in a safe place"
                )
            self._found = self._found or self._read()
        if self.given and self._found and self.given != self._found:
            raise self._bad(
                f"{self.path} holds another password than the one that is given. Remove the file, or what gives the "
                "other one"
            )
        if not self.given and not self._found and not self.path:
            return ""
        if not self.given and not self._found and not self._made:
            self._made = generate()
        return self.given or self._found or self._made

    @property
    def new(self) -> bool:
        """Whether :meth:`keep` has something to write."""
        return bool(self._made)

    def keep(self) -> str:
        """Write a new password to its file, mode 0600; of two runs at once, the first one's. Returns the password.

        :raises BadOption: the file cannot be written; the password is used nowhere then.
        """
        if not self._made:
            return self.value()
        target = Path(self.path).expanduser()
        text = self._made if self.form == "text" else _variables(self.variable, self._made)
        if self.form == "vault" and self.vault is not None:
            text = self.vault.encrypt(text)
        try:
            _write_once(target, text if text.endswith("\n") else f"{text}\n")
        except OSError as error:
            raise self._bad(f"{target} cannot be written: {error.strerror}") from None
        self._found, self._made = self._read(), ""
        return self._found

    def others(self) -> list[str]:
        """The names of the other variables in the file, which would be lost if it were replaced.

        :raises BadOption: the file cannot be read.
        """
        if self.form == "text":
            return []
        try:
            held: Any = yaml.safe_load(self._text())
        except yaml.YAMLError:
            raise self._bad(f"{self.path} is no file of variables") from None
        return sorted(str(name) for name in held if name != self.variable) if isinstance(held, dict) else []

    def _text(self) -> str:
        path = Path(self.path).expanduser()
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as error:
            raise self._bad(f"{path} cannot be read: {getattr(error, 'strerror', '') or 'it is no text'}") from None
        if text.startswith("$ANSIBLE_VAULT;"):
            if self.vault is None:
                raise self._bad(f"{path} is encrypted, and the play has no vault secret")
            try:
                text = self.vault.decrypt(text)
            except ValueError as error:
                raise self._bad(f"{path} cannot be decrypted: {error}") from None
        return text

    def _read(self) -> str:
        path, text = Path(self.path).expanduser(), self._text()
        if not text:
            return ""
        found = text.strip() if self.form == "text" else self._variable(text)
        if not found:
            raise self._bad(f"{path} is there, but holds no password ({self.variable})")
        return found

    def _variable(self, text: str) -> str:
        try:
            held: Any = yaml.safe_load(text)
        except yaml.YAMLError:
            held = None
        found = held.get(self.variable) if isinstance(held, dict) else None
        return found if isinstance(found, str) else ""

    def _bad(self, what: str) -> BadOption:
        return BadOption(f"{self.option}: {what}. Nothing was written")


def _variables(name: str, text: str) -> str:
    # What comes from a task is text of Ansible's own kind, which YAML does not take.
    return "---\n" + yaml.safe_dump({str(name): str(text)}, allow_unicode=True)


def _write_once(target: Path, text: str) -> None:
    """The whole file or none, and never over another one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(temporary, target)
    finally:
        os.unlink(temporary)
