# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dead-man switch, which stands in for safe mode below RouterOS 7.18: a backup and a job that loads it.

The job fires by itself when nobody disarms it, whatever became of us; the router then restarts with the configuration
from before. librouteros has one too (``Config.arm_rollback``); its facts are used here and not its code, as that needs
an untagged connection of its own, and its job neither removes itself nor is read back.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError, Trap
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import print_sentence

if TYPE_CHECKING:
    from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.session import Session

NAME = "bastion-dead-man"
# The owner's tag: a job that only shares the name is somebody else's.
COMMENT = "bastion/dead-man: loads the backup unless its run disarms it"
# A job with fewer policies fails silently when it fires; a job with more than its creator has is refused (seen on 7.x).
POLICIES = ("ftp", "reboot", "read", "write", "policy", "test")
SCHEDULER, FILES = "/system/scheduler", "/file"
SHORTEST = 60
# Loading the backup and starting again: a small board takes a minute or two.
BOOT = 300.0
# Saving takes seconds on a slow flash; then the file can take a moment to show.
SAVE_TIMEOUT = 60.0
APPEARS = 10.0
POLL = 0.5
# Between the backup and the job of a run that is just arming its switch; longer, and nobody will come for the backup.
GRACE = APPEARS + 5.0
HELD = "dead_man_held"
MARGIN = 30.0
EACH_STEP = 0.1


class DeadManError(RouterError):
    """The dead-man switch could not be armed, or was gone before its time."""

    kind = "dead_man_missing"


class Fired(RouterError):
    """While we waited for the switch of another run, the router restarted to undo what that run had done."""

    kind = "dead_man_fired"


def duration(settle: float, timeout: float, steps: int) -> int:
    """Seconds until it fires: time for every step, the proof by up to three slow logins, and to put things back."""
    return max(SHORTEST, math.ceil(settle + 3 * timeout + EACH_STEP * steps + MARGIN))


def obstacle(session: Session) -> str:
    """Why this router or this user cannot have a dead-man switch, as far as reading tells; empty when nothing does."""
    if _first(session, "/system/device-mode", "scheduler").get("scheduler") in ("false", "no"):
        return (
            "its device-mode does not allow the scheduler, which a dead-man switch needs (somebody at the router can "
            "allow it: /system/device-mode/update scheduler=yes)"
        )
    missing = _missing_policies(session)
    if missing:
        return f"a dead-man switch needs policies that the user '{session.user}' does not have: {', '.join(missing)}"
    return ""


def _missing_policies(session: Session) -> list[str]:
    """None also when they cannot be told (a user of RADIUS, say): then the router tells when it is armed."""
    rows = [_first(session, path, "group", f"?name={session.user}") for path in ("/user", "/user/active")]
    group = next((row["group"] for row in rows if row.get("group")), "")
    granted = _first(session, "/user/group", "policy", f"?name={group}").get("policy") if group else None
    return [] if granted is None else [word for word in POLICIES if word not in granted.split(",")]


def _first(session: Session, path: str, name: str, *query: str) -> dict[str, str]:
    try:
        rows = session.read(path, (name,), query)
    except Trap:
        return {}
    return rows[0] if rows else {}


_JOB_NAMES = ("name", "interval", "next-run", "disabled", "on-event", "policy")
_FILE_NAMES = ("name", "size", "type")
_JOB_QUERY = (f"?name={NAME}", f"?comment={COMMENT}")
QUESTIONS = (
    print_sentence(SCHEDULER, _JOB_NAMES, _JOB_QUERY),
    print_sentence(FILES, _FILE_NAMES),
)


def is_there(jobs: list[dict[str, str]], files: list[dict[str, str]]) -> bool:
    """Whether the answers to QUESTIONS show a job or a backup of ours, of any run."""
    return bool(jobs) or any(map(_is_backup, files))


def _jobs(session: Session) -> list[dict[str, str]]:
    """Our jobs, of this run or another one; their name is unique, so there is one at most."""
    return session.read(SCHEDULER, _JOB_NAMES, _JOB_QUERY)


def _fires(job: dict[str, str]) -> bool:
    return bool(job.get("next-run")) and job.get("disabled") != "true"


def _files(session: Session) -> list[dict[str, str]]:
    return session.read(FILES, _FILE_NAMES)


def _is_backup(row: dict[str, str]) -> bool:
    name = row.get("name", "").rpartition("/")[2]
    return name.startswith(NAME) and name.endswith(".backup")


def _backups(session: Session) -> list[dict[str, str]]:
    """Our backups, of any run, wherever they lie."""
    return [row for row in _files(session) if _is_backup(row)]


def _remove(session: Session, path: str, rows: list[dict[str, str]]) -> None:
    # By .id: removing a file by its name soon after it was made can answer done and do nothing.
    for row in rows:
        try:
            session.call(f"{path}/remove", f"=.id={row['.id']}")
        except Trap as trap:
            if not trap.is_missing_item:
                raise


def clear_leftovers(session: Session, sleep: Callable[[float], None] = time.sleep) -> list[str]:
    """Remove what interrupted runs left behind: jobs that will not fire, and backups when none will.

    A backup without a job may be that of a run which is just arming its switch, so it is looked at twice.

    :returns: the names of the backups that were removed.
    """
    jobs = _jobs(session)
    _remove(session, SCHEDULER, [job for job in jobs if not _fires(job)])
    seen = _backups(session)
    if not seen or any(map(_fires, _jobs(session))):
        return []
    sleep(GRACE)
    if any(map(_fires, _jobs(session))):
        return []
    names = {row["name"] for row in seen}
    stale = [row for row in _backups(session) if row["name"] in names]
    _remove(session, FILES, stale)
    return [row["name"] for row in stale]


def take_turn(
    session: Session, wait: float, sleep: Callable[[float], None] = time.sleep, warnings: list[str] | None = None
) -> bool:
    """Let the switch of another run be disarmed or fire; then remove what an interrupted run left behind.

    :param warnings: what was removed is added to.
    :returns: whether there was one to wait for; then what was read before may be out of date.
    :raises Fired: the router is restarting.
    :raises DeadManError: it is still armed after ``wait`` seconds; nothing was changed.
    """
    deadline = time.monotonic() + wait
    waited = False
    while True:
        try:
            if not any(map(_fires, _jobs(session))):
                removed = clear_leftovers(session, sleep)
                if removed and warnings is not None:
                    warnings.append(f"removed what an interrupted run had left behind: {', '.join(removed)}")
                return waited
        except Trap:
            # Not to be read or removed by this user: then it is not in the way of this run, which arms none either.
            return waited
        except RouterError as error:
            if not waited:
                raise
            raise Fired(f"the router restarts to undo what another run had left: {error.message}") from error
        if time.monotonic() >= deadline:
            raise DeadManError(
                f"the dead-man switch of another run is armed ({SCHEDULER}, {NAME}) and was not disarmed within "
                f"{wait:g} seconds (safe_mode_wait); nothing was changed",
                kind=HELD,
            )
        waited = True
        sleep(POLL)


def after_restart(opening: Callable[[], Session], sleep: Callable[[float], None] = time.sleep) -> Session:
    """A new session once the router is up again.

    :raises RouterError: it is not, after all the time that a restart can take.
    """
    deadline = time.monotonic() + BOOT
    while True:
        sleep(POLL)
        try:
            return opening()
        except RouterError:
            if time.monotonic() > deadline:
                raise


class DeadMan:
    """The switch of one transaction, from ``arm`` to ``disarm``.

    :ivar seconds: from arming to firing
    :ivar armed: it fires, or may fire, unless it is disarmed
    :ivar fires: when, on our monotonic clock
    :ivar let_go: its removal was sent; whether that was heard is not known where the connection broke
    """

    def __init__(self, session: Session, seconds: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self.seconds = seconds
        self._sleep = sleep
        self.armed = False
        self.fires = 0.0
        self.let_go = False
        # Unique, so that no other run ever writes over it: its backup could hold our armed job.
        self._backup = f"{NAME}-{secrets.token_hex(4)}"

    def arm(self) -> None:
        """Save the backup, add the job, and see that both are there.

        :raises DeadManError: the router refused, or did not do what it was told; nothing is left behind.
        :raises RouterError: the session broke; ``armed`` says whether the job may be there.
        """
        session = self._session
        # First: a backup that holds an armed job would restart the router for ever.
        clear_leftovers(session, self._sleep)
        if _jobs(session):
            raise DeadManError(f"another run has armed its dead-man switch just now ({SCHEDULER}, {NAME})", kind=HELD)
        try:
            if any(row.get("name") == "flash" and row.get("type") in ("directory", "disk") for row in _files(session)):
                # Elsewhere than in flash/ nothing outlives a restart of such a router.
                self._backup = f"flash/{self._backup}"
            session.call("/system/backup/save", f"=name={self._backup}", "=dont-encrypt=yes", timeout=SAVE_TIMEOUT)
            self._await_backup()
            self.fires = time.monotonic() + self.seconds
            self.armed = True
            session.call(f"{SCHEDULER}/add", *self._job())
            self._verify()
        except (Trap, DeadManError) as error:
            self._remove_job(session)
            self._remove_backup(session)
            raise DeadManError(_explained(error)) from error

    def gone_by_us(self, session: Session) -> bool:
        """Whether it is not there any more because we removed it, and not because it fired."""
        return self.let_go and self.left > 0 and not self._own_jobs(session)

    def pending(self, session: Session) -> bool:
        """Whether this very switch is there and going to fire."""
        return any(map(_fires, self._own_jobs(session)))

    def _own_jobs(self, session: Session) -> list[dict[str, str]]:
        return [job for job in _jobs(session) if self._backup in job.get("on-event", "")]

    def _own_backups(self, session: Session) -> list[dict[str, str]]:
        return [row for row in _files(session) if row.get("name") == f"{self._backup}.backup"]

    def _remove_job(self, session: Session) -> None:
        jobs = self._own_jobs(session)
        self.let_go = True
        _remove(session, SCHEDULER, jobs)
        if self._own_jobs(session):
            raise DeadManError(f"the job {NAME} is still in {SCHEDULER} after it was removed")
        self.armed = False

    def _remove_backup(self, session: Session) -> None:
        _remove(session, FILES, self._own_backups(session))
        if self._own_backups(session):
            raise DeadManError(f"the backup {self._backup}, which holds secrets, is still there after it was removed")

    def _job(self) -> list[str]:
        # Removing itself comes first, or it would fire every interval when loading fails; by name, so that the script
        # stops here when we were faster. load wants the password even where there is none. Only an interval, never a
        # start-time: that would jump when the clock is set.
        script = f'/system scheduler remove "{NAME}"; /system backup load name="{self._backup}" password=""'
        return [
            f"=name={NAME}",
            f"=interval={self.seconds}s",
            f"=on-event={script}",
            f"=policy={','.join(POLICIES)}",
            f"=comment={COMMENT}",
        ]

    def _await_backup(self) -> None:
        deadline = time.monotonic() + APPEARS
        while not any(row.get("size") != "0" for row in self._own_backups(self._session)):
            if time.monotonic() > deadline:
                raise DeadManError(f"the backup {self._backup} was saved and is not there")
            self._sleep(POLL)

    def _verify(self) -> None:
        if not self.pending(self._session):
            raise DeadManError(f"the router took the job {NAME}, but is not going to run it")
        kept = self._own_jobs(self._session)[0].get("policy", "").split(",")
        if not set(POLICIES) <= set(kept):
            raise DeadManError(f"the router gave the job {NAME} the policies {', '.join(kept)} only")
        if not self._own_backups(self._session):
            raise DeadManError("the backup is gone; another run may have removed it")

    def disarm(self, session: Session | None = None) -> str:
        """Remove the job, then the backup, over this session or another one; both verified.

        :returns: a warning when only the backup is left, else an empty text.
        :raises DeadManError: the job was not there any more: it is firing, or somebody removed it.
        """
        session = session or self._session
        if not self._own_jobs(session):
            raise DeadManError(
                "the dead-man switch was gone before the change was proved (it has fired, or somebody removed it)",
                kind="dead_man_lost",
            )
        self._remove_job(session)
        return self.tidy(session)

    def tidy(self, session: Session) -> str:
        """Remove the backup of a switch that is disarmed or has fired; a warning when that does not work."""
        self.armed = False
        try:
            self._remove_backup(session)
        except RouterError as error:
            return f"The dead-man switch is off, but something of it is left; the next run removes it: {error.message}"
        return ""

    @property
    def left(self) -> int:
        """Seconds until it fires, 0 when it should have."""
        return max(0, math.ceil(self.fires - time.monotonic()))


def _explained(error: RouterError) -> str:
    if isinstance(error, Trap) and error.says("device-mode"):
        return f"its device-mode does not allow the dead-man switch: {error.message}"
    if isinstance(error, Trap) and error.is_permission:
        return (
            f"the router did not let this user arm a dead-man switch, which needs the policies {', '.join(POLICIES)}: "
            f"{error.message}"
        )
    return f"a dead-man switch could not be armed: {error.message}"
