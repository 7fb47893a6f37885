# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wait
short_description: Wait until the router's API can be logged in to
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Tries the path that the inventory describes until a login succeeds and the router answers, for example after a
    reboot.
  - Use it instead of C(ansible.builtin.wait_for_connection), which wants to run a module on the managed host.
  - A wrong password, a certificate that cannot be verified and other errors that waiting does not cure end the task
    at once.
  - Only reads.
options:
  timeout:
    description: Give up after this many seconds.
    type: int
    default: 300
  delay:
    description: Seconds to wait before the first attempt. After a reboot was ordered, the router still answers for a
      while.
    type: int
    default: 0
  sleep:
    description: Seconds between two attempts.
    type: int
    default: 1
  state:
    description: V(reachable) means that a login over the inventory's path succeeds and the router answers a question.
    type: str
    choices: [reachable]
    default: reachable
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
seealso:
  - module: bastion.routeros.facts
"""

EXAMPLES = r"""
- name: Go on when the routers are back
  hosts: routers
  gather_facts: false
  tasks:
    - name: Wait up to five minutes
      bastion.routeros.wait:

    - name: Give a slow router more time, and time to go down first
      bastion.routeros.wait:
        delay: 30
        sleep: 5
        timeout: 900

    - name: Fail fast
      bastion.routeros.wait:
        timeout: 5
"""

RETURN = r"""
elapsed:
  description: Seconds waited.
  returned: always
  type: float
  sample: 42.3
attempts:
  description: Number of attempts.
  returned: always
  type: int
  sample: 9
version:
  description: Version of RouterOS that answered.
  returned: success
  type: str
  sample: 7.22.3
"""
