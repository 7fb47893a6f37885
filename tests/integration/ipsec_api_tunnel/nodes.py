# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other machines, reached over SSH: each runs what it is asked for, on this one, as itself."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh


async def _run(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Do what ssh asks for."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_shell(process.command or "true", stdin=pipe, stdout=pipe, stderr=pipe)
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    pump = asyncio.create_task(_pump(process, child.stdin))
    said, complained = await asyncio.gather(child.stdout.read(), child.stderr.read())
    process.stdout.write(said)
    process.stderr.write(complained)
    process.exit(await child.wait())
    pump.cancel()


async def _pump(process: asyncssh.SSHServerProcess[bytes], stdin: asyncio.StreamWriter) -> None:
    """What the other side says."""
    with contextlib.suppress(asyncssh.Error, OSError):
        while said := await process.stdin.read(65536):
            stdin.write(said)
            await stdin.drain()
        stdin.close()


@contextlib.contextmanager
def machine(folder: Path) -> Iterator[dict[str, Any]]:
    """The variables by which Ansible reaches it: a real SSH server with a key that only we have."""
    folder.mkdir(parents=True)
    own, ours = (asyncssh.generate_private_key("ssh-ed25519") for _number in range(2))
    key = folder / "key"
    ours.write_private_key(str(key))
    key.chmod(0o600)
    (folder / "authorized").write_bytes(ours.export_public_key())
    loop = asyncio.new_event_loop()

    async def serve() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[own],
            authorized_client_keys=str(folder / "authorized"),
            process_factory=_run,
            sftp_factory=True,
            encoding=None,
        )

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(serve(), loop).result(10)
    port = acceptor.get_port()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {own.export_public_key().decode()}")
    try:
        yield {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "ansible_user": "node",
            "ansible_ssh_private_key_file": str(key),
            "ansible_ssh_pipelining": True,
            "ansible_python_interpreter": sys.executable,
            # No process of ssh's stays behind.
            "ansible_ssh_args": f"-o ControlMaster=no -o UserKnownHostsFile={folder}/known -F none",
        }
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        asyncio.run_coroutine_threadsafe(acceptor.wait_closed(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
