# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_policy
short_description: IPsec policies, which packets go through a tunnel
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/ip/ipsec/policy), and puts it where it belongs.
  - A policy has no name. It is known by what it selects, O(src_address), O(dst_address), O(protocol), O(src_port),
    O(dst_port), and by O(peer); a template by its O(group). Another peer is therefore another policy, which RouterOS
    would never use beside the first one, so that is refused.
  - B(The first policy) for a packet decides. O(placement) says where the policy stands among those that are for some
    of the same packets; the order of others does not matter and is left alone.
  - Rows that RouterOS makes itself, templates and other policies are never changed, moved or removed. The template that
    comes with RouterOS can be named and changed, and cannot be removed.
  - Options that are left out stay as they are on the router.
  - B(Lockout.) A policy that takes the packets of the session which makes it is recognised beforehand; see
    O(acknowledge_lockout).
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  src_address:
    description: Address or prefix on the router's side.
    type: str
    required: true
  dst_address:
    description: Address or prefix on the other side.
    type: str
    required: true
  protocol:
    description: Protocol by name or number, or V(all).
    type: str
    default: all
  src_port:
    description: Port on the router's side, or V(any). Needs a protocol with ports.
    type: str
    default: any
  dst_port:
    description: Port on the other side, or V(any).
    type: str
    default: any
  peer:
    description: Names of the peers; several are tried in turn. Required for a new policy that encrypts.
    type: list
    elements: str
  template:
    description: V(true) means a template, from which RouterOS makes policies as the other end asks for them; see
      O(bastion.routeros.ipsec_identity#module:generate_policy).
    type: bool
    default: false
  group:
    description: Name of the group that a template belongs to, RouterOS's default is C(default). For templates only.
    type: str
  tunnel:
    description: V(true) packs whole packets into new ones (tunnel mode), V(false) protects their contents only
      (transport mode).
    type: bool
  action:
    description: V(encrypt) protects, V(discard) drops, V(none) lets packets go in clear.
    type: str
    choices: [encrypt, discard, none]
  level:
    description:
      - What to do while there is no tunnel. V(require) drops the packets and asks for one, V(unique) too, with keys of
        its own for this policy. V(use) lets them go B(in clear).
    type: str
    choices: [require, use, unique]
  ipsec_protocols:
    description: V(esp) encrypts, V(ah) only signs.
    type: str
    choices: [ah, esp]
  proposal:
    description: Name of the proposal.
    type: str
  comment:
    description: Comment; V("") removes it.
    type: str
  disabled:
    description: V(true) switches it off.
    type: bool
  placement:
    description:
      - Where the policy has to stand. V(top) is above, V(bottom) below all policies for some of the same packets.
      - 'C({before: COMMENT}) and C({after: COMMENT}) is somewhere before or behind the policy of others with exactly
        this comment.'
      - Left out, a policy stays where it is, and a new one is the last.
    type: raw
  state:
    description: V(absent) needs no more than what the policy is known by.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
seealso:
  - module: bastion.routeros.ipsec_peer
  - module: bastion.routeros.ipsec_proposal
  - module: bastion.routeros.transaction
  - name: RouterOS manual, IPsec
    description: Policies and what they mean.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec
"""

EXAMPLES = r"""
- name: Reach the API through a tunnel only
  hosts: routers
  gather_facts: false
  tasks:
    - name: What the controller and the router say to each other
      bastion.routeros.ipsec_policy:
        src_address: 10.255.0.1/32
        dst_address: 10.255.0.2/32
        peer: [controller]
        proposal: default
        tunnel: true
        action: encrypt
        level: unique
        placement: top
        comment: API

    - name: Leave the neighbours alone
      bastion.routeros.ipsec_policy:
        src_address: 192.0.2.0/24
        dst_address: 192.0.2.0/24
        action: none
        placement:
          before: API

    - name: Away with one that is not needed any more
      bastion.routeros.ipsec_policy:
        src_address: 10.0.0.0/24
        dst_address: 10.9.0.0/24
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
      sample: /ip/ipsec/policy
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
      sample:
        src-address: 10.255.0.1/32
        dst-address: 10.255.0.2/32
        peer: controller
        tunnel: 'yes'
    unset:
      description: Properties that are cleared.
      type: list
      elements: str
      sample: [comment]
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
  sample: {/ip/ipsec/policy: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/ipsec/policy: [{src_address: 10.255.0.1/32, dst_address: 10.255.0.2/32, tunnel: true}]}
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
