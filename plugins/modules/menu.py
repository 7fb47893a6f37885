# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: menu
short_description: Any other menu of RouterOS, declaratively
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Brings the rows of a table (O(entries)) or the values of a settings menu (O(values)) into the wanted state.
  - The collection knows some ninety menus with the types, versions, defaults and secrets of their properties; others
    are refused. Misspelt names, wrong values and properties that this router's version does not have fail before
    anything is written, in check mode too.
  - Only what is named is compared and written. Dynamic and built-in rows, and properties that are not named, are left
    alone.
  - Check mode reports the same plan as a real run. Secrets are masked everywhere. Those that the
    router does not give back are written only for new rows, and with a warning in other cases.
options:
  path:
    description: The menu, such as V(/ip/dns) or V(/interface/list/member).
    type: str
    required: true
  entries:
    description:
      - Rows of a table. Names are RouterOS's, with underscores or with hyphens. Lists are lists, booleans booleans;
        V(null) clears a property.
      - With O(state=absent) the properties of O(key) are enough.
      - Exactly one of O(entries) and O(values) is needed.
    type: list
    elements: dict
  values:
    description: Values of a settings menu, one that has no rows. Exactly one of O(entries) and O(values) is needed.
    type: dict
  key:
    description:
      - Properties that tell rows apart. Each entry must have all of them.
      - Known menus bring their own, such as C(name), or C(list) and C(interface). Tables where rows have no identity,
        like the firewall's, take V([comment]) well.
    type: list
    elements: str
  state:
    description:
      - V(present) adds and changes rows. V(absent) removes the entries.
      - V(replaced) also removes rows that are not among the entries, but only those whose comment carries O(owner),
        so that nobody else's rows are lost.
    type: str
    choices: [present, absent, replaced]
    default: present
  owner:
    description:
      - 'Marks rows as belonging to this task. Comments of the entries become C(bastion/OWNER: text).'
      - Required with O(state=replaced). The menu must have comments.
    type: str
  ensure_order:
    description: In tables where order counts, also bring the entries into the order of the list, by the fewest moves.
    type: bool
    default: false
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - For the firewall filter, address lists, services, groups and logging prefer the modules of these names. They know
    what a table cannot say, such as how to replace rules without a gap. C(/user) and C(/certificate) are refused here.
  - Commands such as reboot, reset or import are not available here.
seealso:
  - module: bastion.routeros.firewall_filter
  - module: bastion.routeros.service
  - module: bastion.routeros.transaction
"""

EXAMPLES = r"""
- name: Configure what has no module of its own
  hosts: routers
  gather_facts: false
  tasks:
    - name: Settings of the resolver
      bastion.routeros.menu:
        path: /ip/dns
        values:
          servers: [192.0.2.53, 2001:db8:53::53]
          allow_remote_requests: false

    - name: An interface list and its members
      bastion.routeros.menu:
        path: /interface/list
        entries:
          - name: MGMT
            comment: Management

    - name: Members of the list, and no others of ours
      bastion.routeros.menu:
        path: /interface/list/member
        entries:
          - list: MGMT
            interface: ether1
        owner: mgmt
        state: replaced

    - name: No MAC-WinBox
      bastion.routeros.menu:
        path: /tool/mac-server/mac-winbox
        values:
          allowed_interface_list: none
"""

RETURN = r"""
operations:
  description:
    - The plan, in the order in which it was sent, or would be sent in check mode. Empty when nothing is to be done.
    - Secrets are masked.
  returned: success
  type: list
  elements: dict
  contains:
    menu:
      description: Menu of the router.
      type: str
      sample: /ip/dns
    action:
      description: C(add), C(set), C(remove), C(move), or the name of another command.
      type: str
      sample: set
    id:
      description: The router's C(.id) of the row, or a placeholder such as C(@1) for one that the plan adds.
      type: str
      sample: '*7'
    properties:
      description: What is written, in the router's own notation.
      type: dict
      sample: {servers: "192.0.2.53,2001:db8:53::53"}
    unset:
      description: Properties that are cleared.
      type: list
      elements: str
      sample: [src_address]
    before:
      description: Row to stand before, where order counts. Absent for the end of the table.
      type: str
      sample: '*2'
    was:
      description: The old values of what is changed or removed.
      type: dict
      sample: {servers: ""}
before:
  description: The rows concerned as they were, by menu.
  returned: success
  type: dict
  sample: {/ip/dns: [{servers: [], allow_remote_requests: false}]}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/dns: [{servers: [192.0.2.53, "2001:db8:53::53"], allow_remote_requests: false}]}
diff:
  description: The difference between the two, one row a line.
  returned: with C(--diff)
  type: list
  elements: dict
protected_by:
  description:
    - What would have undone the change, C(safe mode), C(dead-man switch), C(inverse plan), C(off), or C(nothing to
      protect).
  returned: when something was written
  type: str
  sample: safe mode
proved_over:
  description: Over which way in the change was proved, C(future path) or C(first contact).
  returned: when it was proved
  type: str
  sample: future path
statistics:
  description: What the task cost.
  returned: success
  type: dict
  contains:
    sentences:
      description: Sentences sent to the router.
      type: int
      sample: 12
    round_trips:
      description: How often an answer was waited for.
      type: int
      sample: 6
    bytes_sent:
      description: Bytes sent.
      type: int
      sample: 1024
    bytes_received:
      description: Bytes received.
      type: int
      sample: 16384
    seconds:
      description: Duration.
      type: float
      sample: 0.4
warnings:
  description: What deserves attention although the task succeeded.
  returned: when there are any
  type: list
  elements: str
"""
