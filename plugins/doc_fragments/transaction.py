# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a change is protected: the options that all writing modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Each writing module is a transaction with one change; M(bastion.routeros.transaction) takes several."""

    DOCUMENTATION = r"""
options:
  safe_mode:
    description:
      - RouterOS's safe mode undoes everything when the session that took it ends without releasing it.
      - With V(auto) it is taken where the router has it, from 7.18 on. The router gives it up after a hundred actions.
        Of longer plans, idle chains are built before and additions to address lists go before where they do no harm.
        Is the rest still too long, it goes on without safe mode only where it certainly leaves the way in open, and is
        refused otherwise.
      - Before 7.18 a dead-man switch stands in for it where a change could shut the way in, such as one of the own
        account, of the service in use or of the network. That is a binary backup and a job of C(/system/scheduler),
        which B(restarts the router) with that backup after a minute or more unless the task disarms it. A warning
        announces it. It needs a device-mode that allows the scheduler, and the policies C(ftp), C(read), C(write),
        C(policy), C(test) and C(reboot).
      - Where neither can be had, a failed change is undone step by step from what was read before, and a warning says
        why. What may cut the session that would have to do so is refused then.
      - V(required) fails before anything is written when neither safe mode nor, before 7.18, the dead-man switch can
        be had, which it then arms for every change. V(off) writes without them.
    type: str
    choices: [auto, required, 'off']
    default: auto
  safe_mode_wait:
    description:
      - How long to wait, in seconds, while another session holds safe mode. There is one holder on the whole router,
        and after a broken connection the router can take some nine minutes to notice. Somebody else's hold is never
        taken over, nor is that of an interrupted run, which looks like one of a run that is alive.
      - Before 7.18 it is the dead-man switch of another run that is waited for. If it fires meanwhile, the task begins
        anew once the router has restarted.
    type: int
    default: 600
  prove:
    description:
      - With V(auto) a second, fresh and verified login over the path that the inventory describes must succeed before
        the change is kept; otherwise everything is rolled back and the task fails saying what was found.
      - As long as the router can be reached by first contact only, it is that way which must stay open.
      - V(off) keeps the change without that proof.
    type: str
    choices: [auto, 'off']
    default: auto
  prove_as:
    description:
      - Prove by another login than the inventory's own, for example that of a user or of a port which the change
        makes. What is left out comes from the inventory.
    type: dict
    suboptions:
      host:
        description: Address or name to connect to.
        type: str
      port:
        description: TCP port of C(api-ssl), as the controller sees it.
        type: int
      user:
        description: Name to log in with.
        type: str
      password:
        description: Password of O(prove_as.user). Never shown.
        type: str
      ca_path:
        description: File on the controller with the CA certificates (PEM) that vouch for the router.
        type: path
  settle:
    description:
      - Seconds between the last change and the proof. A new firewall rule can take up to two seconds to act.
    type: float
    default: 2
  acknowledge_lockout:
    description:
      - A change that is recognised beforehand as one that shuts out an address which the own user is connected from is
        refused before anything is written, in check mode too. V(true) turns that refusal into a warning.
      - What cannot be told beforehand is tried under protection and found by O(prove). Where there is no protection, as
        with V(off) for O(safe_mode) or O(prove), it is refused as well unless this is V(true).
    type: bool
    default: false
"""
