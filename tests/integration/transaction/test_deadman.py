# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dead-man switch: below 7.18 a backup and a job stand where later versions have safe mode."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction import deadman
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import (
    RolledBack,
    Transaction,
)
from ansible_collections.bastion.routeros.plugins.plugin_utils.wire.errors import RouterError
from routeros_simulator.testing import Simulator, running

from .conftest import Line, changes_of, door_to, snapshot
from .switch import DOUBTFUL, FILES, FIRES, HARMLESS, JOBS, LOCKED_OUT, SCALE, WITHOUT, ours, run

pytestmark = pytest.mark.parametrize("version", WITHOUT, indirect=True)


@pytest.fixture
def router(version: str) -> Iterator[Simulator]:
    with running(version, time_scale=SCALE) as simulator:
        yield simulator


class Watch:
    """A sleep that looks at the router's switch each time."""

    def __init__(self, router: Simulator) -> None:
        self._router = router
        self.seen: list[tuple[list[str], list[str]]] = []

    def __call__(self, seconds: float) -> None:
        self.seen.append(ours(self._router))
        time.sleep(seconds)


def test_armed_while_at_work_and_gone_afterwards(router: Simulator) -> None:
    watch = Watch(router)
    outcome = run(router.api_port, *DOUBTFUL, sleep=watch)
    assert outcome.protected == "dead-man switch"
    assert any(jobs == [deadman.NAME] and len(files) == 1 for jobs, files in watch.seen), watch.seen
    assert ours(router) == ([], [])
    assert any("would have restarted" in text for text in outcome.warnings)
    kept = snapshot(router)
    boot = router.router.clock.boot
    router.advance(FIRES)
    assert snapshot(router) == kept
    assert router.router.clock.boot == boot


def test_the_backup_goes_where_it_outlives_a_restart(router: Simulator) -> None:
    router.call(lambda: router.router.tables[FILES].insert({"name": "flash", "type": "directory"}))
    watch = Watch(router)
    run(router.api_port, *DOUBTFUL, sleep=watch)
    assert any(files and files[0].startswith("flash/") for _jobs, files in watch.seen)
    assert ours(router) == ([], [])


def test_what_cannot_shut_the_way_in_does_not_arm_it(router: Simulator) -> None:
    watch = Watch(router)
    listed = ("address_list", {"list": "friends", "entries": ["192.0.2.1"]})
    telnet = ("service", {"name": "telnet", "disabled": True})
    outcome = run(router.api_port, HARMLESS, listed, telnet, sleep=watch)
    assert outcome.protected == "inverse plan"
    assert any("cannot shut the way in" in text for text in outcome.warnings)
    assert watch.seen
    assert all(seen == ([], []) for seen in watch.seen)


def test_nothing_to_change_costs_nothing(router: Simulator) -> None:
    run(router.api_port, *DOUBTFUL)
    before = len(router.rows("/log"))
    outcome = run(router.api_port, *DOUBTFUL)
    assert not outcome.changed
    assert not any("backup" in row["message"] for row in router.rows("/log")[before:])


def test_required_is_satisfied_by_it_whatever_the_change(router: Simulator) -> None:
    assert run(router.api_port, HARMLESS, safe_mode="required").protected == "dead-man switch"
    assert ours(router) == ([], [])


def test_a_failed_change_is_undone_without_a_restart(version: str) -> None:
    # A refusal may be silence: the switch has to leave time for slow logins, which pass in our seconds.
    with running(version, time_scale=2.0) as router:
        before, boot = snapshot(router), router.router.clock.boot
        with pytest.raises(RolledBack, match=r"(?s)fresh login.*(Everything was undone|as it was before this task)"):
            run(router.api_port, *DOUBTFUL, LOCKED_OUT, acknowledge_lockout=True)
        assert snapshot(router) == before
        assert ours(router) == ([], [])
        assert router.router.clock.boot == boot


@pytest.mark.avoided(78)
def test_fires_when_nobody_gets_in_any_more(router: Simulator, line: Callable[..., Line]) -> None:
    """The service refuses us and the old session is cut: only the router itself can put things right."""
    before, boot = snapshot(router), router.router.clock.boot
    way = line(router.api_port)

    def cut(seconds: float) -> None:
        if router.rows("/ip/service") and any("192.0.2.0/24" in row.values() for row in router.rows("/ip/service")):
            way.close_lines()
        time.sleep(min(seconds, 0.1))

    with pytest.raises(RolledBack, match=r"(?s)dead-man switch has fired.*as it was before"):
        run(way.port, *DOUBTFUL, LOCKED_OUT, acknowledge_lockout=True, sleep=cut)
    assert router.router.clock.boot > boot
    assert snapshot(router) == before
    assert ours(router) == ([], [])
    # The backup did not hold the job: the router does not restart again and again.
    again = router.router.clock.boot
    router.advance(10 * FIRES)
    assert router.router.clock.boot == again


KILLED = """
import os, signal, sys
from tests.integration.transaction.conftest import changes_of, door_to
from tests.integration.transaction.test_deadman import DOUBTFUL
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.settings import Settings
from ansible_collections.bastion.routeros.plugins.plugin_utils.transaction.transaction import Transaction
die = lambda seconds: os.kill(os.getpid(), signal.SIGKILL)
Transaction(door_to(int(sys.argv[1])), changes_of(*DOUBTFUL), Settings(), sleep=die).run()
"""


def kill_a_run(router: Simulator) -> None:
    """A controller that is killed after the change and before its proof."""
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), *sys.path])
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(router.api_port)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def test_a_killed_controller(version: str) -> None:
    with running(version, switches={"reboot_time": 2.0}) as router:
        before, boot = snapshot(router), router.router.clock.boot
        kill_a_run(router)
        assert snapshot(router) != before
        assert ours(router)[0] == [deadman.NAME]
        router.advance(FIRES)
        wait_for(lambda: router.router.clock.boot > boot)
        assert snapshot(router) == before
        jobs, files = ours(router)
        assert not jobs
        assert len(files) == 1
        # The next run clears what is left, and goes its way.
        outcome = run(router.api_port, *DOUBTFUL)
        assert outcome.protected == "dead-man switch"
        assert ours(router) == ([], [])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_it_fires(router: Simulator) -> Callable[[float], None]:
    """A sleep that makes the time of the switch come as soon as somebody waits for it."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        if not waited:
            router.advance(FIRES)
        waited.append(seconds)
        time.sleep(seconds)

    return sleep


def test_the_next_run_waits_for_the_switch_of_a_killed_one(version: str) -> None:
    """It fires while the next run waits, which begins anew on the router as it was before."""
    with running(version, switches={"reboot_time": 2.0}) as router:
        boot = router.router.clock.boot
        kill_a_run(router)
        outcome = run(router.api_port, *DOUBTFUL, HARMLESS, safe_mode_wait=30, sleep=until_it_fires(router))
        assert router.router.clock.boot > boot
        assert sum(map(len, outcome.plans)) == 3
        assert ours(router) == ([], [])


def test_the_switch_of_another_run_is_not_disarmed(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    switch = deadman.DeadMan(other, 1000)
    switch.arm()
    before = snapshot(router)
    with pytest.raises(deadman.DeadManError, match="another run"):
        run(router.api_port, *DOUBTFUL)
    assert snapshot(router) == before
    assert switch.pending(other)
    threading.Timer(0.3, switch.disarm).start()
    assert run(router.api_port, *DOUBTFUL, safe_mode_wait=20).changed
    assert ours(router) == ([], [])
    other.close()


def test_a_stale_job_and_backup_are_removed(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    deadman.DeadMan(other, 1000).arm()
    other.call(f"{JOBS}/disable", f"=numbers={deadman.NAME}")
    other.close()
    assert run(router.api_port, HARMLESS).changed
    assert ours(router) == ([], [])


def test_what_a_killed_run_has_written_is_not_taken_for_kept(version: str) -> None:
    """Nothing seems to be left to do, but the router is about to restart with the old configuration."""
    with running(version, switches={"reboot_time": 2.0}) as router:
        kill_a_run(router)
        outcome = run(router.api_port, *DOUBTFUL, safe_mode_wait=30, sleep=until_it_fires(router))
        assert outcome.changed
        assert ours(router) == ([], [])


def test_a_run_that_changes_nothing_clears_what_is_left_too(router: Simulator) -> None:
    run(router.api_port, *DOUBTFUL)
    clean = run(router.api_port, *DOUBTFUL)
    other = door_to(router.api_port).open()
    switch = deadman.DeadMan(other, 1000)
    switch.arm()
    other.call(f"{JOBS}/remove", f"=numbers={deadman.NAME}")
    other.close()
    assert ours(router)[1]
    outcome = run(router.api_port, *DOUBTFUL)
    assert not outcome.changed
    assert any("removed what an interrupted run had left behind" in text for text in outcome.warnings)
    assert ours(router) == ([], [])
    # It is asked beside the other questions: nothing is waited for longer where nothing is left.
    assert clean.statistics["round_trips"] < outcome.statistics["round_trips"]
    assert clean.statistics["round_trips"] == run(router.api_port, *DOUBTFUL).statistics["round_trips"]
    assert clean.statistics["sentences"] - clean.statistics["round_trips"] >= len(deadman.QUESTIONS)


def test_check_mode_clears_nothing(router: Simulator) -> None:
    other = door_to(router.api_port).open()
    deadman.DeadMan(other, 1000).arm()
    other.call(f"{JOBS}/remove", f"=numbers={deadman.NAME}")
    other.close()
    left = ours(router)
    door = door_to(router.api_port, timeout=2.0)
    Transaction(door, changes_of(*DOUBTFUL), Settings(), check_mode=True).run()
    assert ours(router) == left


def test_the_backup_of_a_run_that_is_arming_is_left_alone(router: Simulator) -> None:
    """Its job comes a moment later."""
    other = door_to(router.api_port).open()
    names: list[str] = []

    def arm_slowly(seconds: float) -> None:
        if seconds == deadman.GRACE and not names:
            names.extend(ours(router)[1])
            script = f'/system backup load name="{names[0].removesuffix(".backup")}" password=""'
            job = (f"=name={deadman.NAME}", "=interval=1000s", f"=on-event={script}", f"=comment={deadman.COMMENT}")
            other.call(f"{JOBS}/add", *job)
        time.sleep(min(seconds, 0.05))

    other.call("/system/backup/save", f"=name={deadman.NAME}-0", "=dont-encrypt=yes")
    clearing = door_to(router.api_port).open()
    assert deadman.clear_leftovers(clearing, arm_slowly) == []
    assert ours(router) == ([deadman.NAME], names)
    clearing.close()
    other.close()


def test_a_switch_that_somebody_removed_is_noticed(router: Simulator) -> None:
    """The change was not protected to its end, so it is not kept."""
    before = snapshot(router)
    other = door_to(router.api_port).open()

    def meddle(seconds: float) -> None:
        if ours(router)[0]:
            other.call(f"{JOBS}/remove", f"=numbers={deadman.NAME}")
        time.sleep(seconds)

    with pytest.raises(RolledBack, match=r"(?s)switch was gone before the change was proved.*undone"):
        run(router.api_port, *DOUBTFUL, sleep=meddle)
    assert snapshot(router) == before
    assert ours(router) == ([], [])
    other.close()


def test_interrupted_it_is_disarmed(router: Simulator) -> None:
    class Interrupted(BaseException):
        """Like the exception of a task's timeout."""

    before = snapshot(router)

    def interrupt(_seconds: float) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        run(router.api_port, *DOUBTFUL, sleep=interrupt)
    assert snapshot(router) == before
    assert ours(router) == ([], [])


def test_cut_at_every_sentence(version: str, line: Callable[..., Line]) -> None:
    """The line is cut once, after each number of sentences: as before or as after, and nothing left armed."""
    with running(version, switches={"reboot_time": 2.0}) as router:
        whole = line(router.api_port)
        before = comparable(router)
        run(whole.port, *DOUBTFUL)
        after = comparable(router)
    found = []
    for sentences in range(whole.sentences):
        with running(version, switches={"reboot_time": 2.0}) as router:
            cut = line(router.api_port, sentences)
            kept = True
            try:
                run(cut.port, *DOUBTFUL)
            except RouterError:
                kept = False
            assert cut.cut
            assert ours(router)[0] == [], f"cut after {sentences}"
            now = comparable(router)
            assert now == after if kept else now == before, f"cut after {sentences}: kept {kept}"
            found.append(kept)
    assert not all(found)
    assert any(found)


def comparable(router: Simulator) -> dict[str, list[dict[str, str]]]:
    """Without ids (rows made anew get new ones) and ports (each simulated router has its own)."""
    return {
        path: [{name: text for name, text in row.items() if name not in (".id", "port")} for row in rows]
        for path, rows in snapshot(router).items()
    }
