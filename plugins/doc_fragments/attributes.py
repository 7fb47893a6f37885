# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of the collection has in common: attributes, requirements and the note on hosts."""

from __future__ import annotations


class ModuleDocFragment:
    """C(bastion.routeros.attributes) for modules that write, C(bastion.routeros.attributes.reading) for the others."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: The plan is made from the router's own state, checked and reported; nothing is written.
    support: full
  diff_mode:
    description: Reports the rows before and after, one row a line, secrets masked.
    support: full
  idempotent:
    description: A second run with the same options changes nothing and reports so.
    support: full
  async:
    description: A session and its safe mode belong to one task, so C(async) is refused.
    support: none
  platform:
    description: RouterOS 7.12 and later. Nothing is written to older routers.
    platforms: routeros
    support: full
  action_group:
    description: Use C(group/bastion.routeros.writing) in C(module_defaults) to set how all changes are protected.
    membership:
      - bastion.routeros.all
      - bastion.routeros.writing
    support: full
requirements:
  - librouteros >= 4.0 where ansible-core runs. Nothing is needed on the router.
notes:
  - Hosts are routers. Set C(ansible_connection) to C(bastion.routeros.api) and describe the way in by
    C(ansible_host), C(ansible_user), C(ansible_password) and the C(ansible_routeros_*) variables of
    P(bastion.routeros.api#connection). Plays say C(gather_facts=false).
"""

    READING = r"""
options: {}
attributes:
  check_mode:
    description: Only reads, so check mode makes no difference.
    support: full
  diff_mode:
    description: Nothing is changed, so there is no diff.
    support: none
  idempotent:
    description: Never changes anything.
    support: full
  async:
    description: A session belongs to one task, so C(async) is refused.
    support: none
  platform:
    description: RouterOS 7.12 and later.
    platforms: routeros
    support: full
  action_group:
    description: Modules that only read are in this group alone, since they take no options of a transaction.
    membership:
      - bastion.routeros.all
    support: full
requirements:
  - librouteros >= 4.0 where ansible-core runs. Nothing is needed on the router.
notes:
  - Hosts are routers. Set C(ansible_connection) to C(bastion.routeros.api) and describe the way in by
    C(ansible_host), C(ansible_user), C(ansible_password) and the C(ansible_routeros_*) variables of
    P(bastion.routeros.api#connection). Plays say C(gather_facts=false).
"""
