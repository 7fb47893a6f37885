# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: address_list
short_description: Entries of firewall address lists, IPv4 and IPv6
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Sees to it that a list of C(/ip/firewall/address-list) and C(/ipv6/firewall/address-list) holds these entries, no
    longer holds them, or holds these and no others. Each entry goes to the table of its own family.
  - Entries are compared as the router stores them, so C(192.0.2.1/32) is C(192.0.2.1), and nothing is added twice.
  - New entries are added before old ones are removed, so that nobody who stays in the list is out of it for a moment.
  - Thousands of entries take few round trips. Check mode reports the same plan as a real run. No option is a secret.
options:
  list:
    description: Name of the list. A list exists through its entries; there are two of the same name, one for each
      family.
    type: str
    required: true
  entries:
    description:
      - Entries, each a text or a dictionary. A text is the address.
      - A dictionary has C(address) (required), C(disabled), and C(comment), C(timeout) and C(dynamic), which override
        the options of these names for this entry.
      - An address is an IPv4 or IPv6 address, a prefix, or an IPv4 range in full (C(192.0.2.10-192.0.2.20)). Prefixes
        with host bits are refused, because the router would silently store the network instead.
      - Required with O(state=present) and O(state=replaced). With O(state=absent) leaving it out means all static
        entries of the list.
    type: list
    elements: raw
  state:
    description:
      - V(present) adds what is missing and leaves other entries alone. V(absent) removes the entries that are named,
        also those with a timeout, so a blocked source can be let in again.
      - V(replaced) also removes every other static entry of this list, whoever made it. Dynamic ones, added by rules,
        by a timeout or by DNS, are never removed by it.
    type: str
    choices: [present, absent, replaced]
    default: present
  family:
    description:
      - V(both) sorts the entries by their own form. V(ipv4) and V(ipv6) refuse entries of the other family, and keep
        O(state=replaced) away from the other table.
      - With V(both) a name (see O(allow_names)) goes to both tables.
    type: str
    choices: [ipv4, ipv6, both]
    default: both
  comment:
    description: Comment for entries that bring none. Left out, comments stay as they are. V("") removes them.
    type: str
  timeout:
    description:
      - Lifetime such as V(1h) or V(2d12h), at most V(35w3d13h13m56s). Such entries live in memory and end with a
        reboot.
      - An entry that is there with a timeout is left counting down; a second run does not start it again. An entry
        that is there without one is replaced by one that has it, and the other way round.
    type: str
  dynamic:
    description: V(true) keeps entries in memory only, until the next reboot, without a timeout.
    type: bool
  allow_names:
    description:
      - Accept DNS names, which the router resolves by itself. Otherwise they are refused, because RouterOS takes any
        misspelt address (C(203.0.113.1-254), say) for a name that never resolves, without an error.
    type: bool
    default: false
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - A rule that accepts from an empty list admits nobody; one that drops what is not in an empty list drops everybody.
    Fill the list before the rule, or do both in one M(bastion.routeros.transaction).
  - An IPv6 host moves freely inside its /64, so block prefixes rather than single addresses.
seealso:
  - module: bastion.routeros.firewall_filter
  - module: bastion.routeros.transaction
  - name: RouterOS manual, Address lists
    description: How lists, timeouts and names work.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/130220135/Address-lists
"""

EXAMPLES = r"""
- name: Keep address lists
  hosts: routers
  gather_facts: false
  tasks:
    - name: These and no others may reach the management
      bastion.routeros.address_list:
        list: management
        entries:
          - 192.0.2.0/24
          - address: 2001:db8:10::/64
            comment: Operations centre
        state: replaced

    - name: Block a scanner for a day
      bastion.routeros.address_list:
        list: blocked
        entries: [198.51.100.77]
        timeout: 1d
        comment: Seen scanning

    - name: Forgive a customer
      bastion.routeros.address_list:
        list: blocked
        entries: [203.0.113.0/24]
        state: absent
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
      sample: /ip/firewall/address-list
    action:
      description: C(add), C(set), C(remove), C(move), or the name of another command.
      type: str
      sample: add
    id:
      description: The router's C(.id) of the row, or a placeholder such as C(@1) for one that the plan adds.
      type: str
      sample: '*7'
    properties:
      description: What is written, in the router's own notation.
      type: dict
      sample: {list: management, address: 192.0.2.0/24}
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
      sample: {comment: old text}
before:
  description: The rows concerned as they were, by menu.
  returned: success
  type: dict
  sample: {/ip/firewall/address-list: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/firewall/address-list: [{list: management, address: 192.0.2.0/24}]}
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
