# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: verdict_info
short_description: Who reaches which service, and which rule decides it
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Judges new connections to the services of the router by the rules that it has now. Tells for each source and each
    service whether they are accepted or dropped, and by which rule.
  - Looks at the filter, raw and nat rules of both families, at address lists and interface lists, and at the addresses
    that the services themselves admit.
  - Where an answer hangs on what cannot be known, as traffic so far, the interface or a name in an address list, it is
    said so, and nothing is guessed. An answer that is given holds whatever that turns out to be.
  - Judges the rules as they will be as well, when it is told what is planned in O(changes).
  - Sends no packets to the services. Only reads.
options:
  sources:
    description:
      - Addresses and prefixes to judge.
      - A prefix that the rules divide is answered in parts.
      - Without it, the addresses that the router sees the user of the inventory come from.
    type: list
    elements: str
  services:
    description:
      - Names of services, as in V(api-ssl).
      - Without it, all services that are on.
    type: list
    elements: str
  family:
    description: Judge sources of this family only.
    type: str
    choices: [ipv4, ipv6, both]
    default: both
  in_interface:
    description:
      - The interface that the sources come in through.
      - Without it, the one in whose network a source is, as the router's addresses tell. For other sources it counts as
        unknown, so rules about interfaces leave the answer open.
    type: str
  changes:
    description:
      - Changes that are planned, written as those of M(bastion.routeros.transaction). They are planned together on the
        router as it is, and not carried out.
    type: list
    elements: dict
  rules:
    description:
      - By which rules to judge, those of the router as it is, or as it would be after O(changes), or both in turn.
      - The default is V(both) with O(changes), and V(present) without.
    type: str
    choices: [present, planned, both]
  knock:
    description:
      - Judge the steps of a knock instead of services, each C(tcp/PORT), C(udp/PORT) or C(udp/PORT/BYTES). Whether they
        arrive at rules that stand first in the chain input, or another rule takes them before, a raw rule that drops
        them, a nat rule that sends them elsewhere, or a dynamic rule at the very top. A port on which the router
        listens, such as that of a WireGuard interface, counts as taken.
      - It is a secret and is masked. Steps are told by their numbers.
    type: list
    elements: str
  knock_interface_list:
    description: With O(knock), look only at the router's addresses on interfaces of this list.
    type: str
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
seealso:
  - module: bastion.routeros.transaction
  - module: bastion.routeros.firewall_filter
  - module: bastion.routeros.service
  - module: bastion.routeros.facts
"""

EXAMPLES = r"""
- name: Look at the routers
  hosts: routers
  gather_facts: false
  tasks:
    - name: Ask who reaches the API
      bastion.routeros.verdict_info:
        sources: [192.0.2.0/24, 198.51.100.7, '2001:db8::/32', 0.0.0.0/0]
        services: [api-ssl, ssh]
      register: reach

    - name: Show it
      ansible.builtin.debug:
        msg: "{{ item.source }} -> {{ item.service }}: {{ item.why }}"
      loop: "{{ reach.verdicts }}"
      loop_control:
        label: "{{ item.source }} {{ item.service }}"

    - name: Ask what a stranger reaches through the uplink
      bastion.routeros.verdict_info:
        sources: [203.0.113.66]
        in_interface: ether1
      register: stranger

    - name: Stop when that is anything
      ansible.builtin.assert:
        that: stranger.verdicts | rejectattr('answer', 'equalto', 'dropped') | length == 0

    - name: Ask what a change would do, before it is made
      bastion.routeros.verdict_info:
        sources: [0.0.0.0/0]
        services: [api-ssl]
        changes:
          - address_list:
              list: mgmt
              entries: [198.51.100.0/24]
          - firewall_filter:
              ruleset: api
              entry: {protocol: tcp, dst_port: [8729]}
              rules:
                - {action: accept, src_address_list: mgmt}
                - {action: drop}
      register: planned

    - name: Show it as a table
      ansible.builtin.debug:
        var: planned.table

    - name: Ask what this host reaches
      bastion.routeros.verdict_info:
"""

RETURN = r"""
verdicts:
  description: One entry for each service and each source, or each part of it that the router treats alike.
  returned: success
  type: list
  elements: dict
  contains:
    rules:
      description: V(present) or V(planned), the rules that it was judged by.
      type: str
      sample: present
    service:
      description: Name of the service.
      type: str
      sample: api-ssl
    protocol:
      description: Its protocol.
      type: str
      sample: tcp
    port:
      description: Its port.
      type: int
      sample: 8729
    family:
      description: V(ipv4) or V(ipv6).
      type: str
      sample: ipv4
    source:
      description: The source, or the part of it, as an address, a prefix or a range.
      type: str
      sample: 192.0.2.0-192.0.2.99
    in_interface:
      description: The interface that it was taken to come in through; empty when unknown.
      type: str
      sample: bridge
    answer:
      description: V(accepted), V(dropped) or V(unknown). Rejected connections count as dropped.
      type: str
      sample: accepted
    rule:
      description:
        - The rule that decides, with C(table), C(chain), C(position) in that table counted from 0, C(action) and
          C(comment).
        - Empty when none does, which is the end of a chain or the service itself, and when the answer is unknown.
      type: dict
      sample: {table: filter, chain: bastion-api.a, position: 7, action: accept, comment: 'bastion/api: trusted'}
    why:
      description: The same in words, with what an unknown answer hangs on.
      type: str
      sample: >-
        Accepted: rule 7 (chain bastion-api.a, "bastion/api: trusted") accepts it: src-address-list=mgmt action=accept,
        reached through rule 2 (chain input, "bastion/api: enter").
table:
  description: The same as lines of a table, aligned, the first one its head.
  returned: success
  type: list
  elements: str
  sample:
    - RULES    SOURCE           SERVICE       ANSWER    BY
    - planned  198.51.100.0/24  api-ssl 8729  accepted  filter rule 3 (bastion/api)
steps:
  description: One entry for each step and family.
  returned: with O(knock)
  type: list
  elements: dict
  contains:
    step:
      description: The number of the step, counted from 1.
      type: int
      sample: 2
    family:
      description: V(ipv4) or V(ipv6).
      type: str
      sample: ipv4
    taken:
      description: Whether another rule takes it for certain, on any of the addresses, or the router listens there.
      type: bool
      sample: true
    rule:
      description: That rule, as in RV(verdicts). Empty when it is no rule.
      type: dict
      sample: {table: raw, chain: prerouting, position: 0, action: drop, comment: no UDP}
    why:
      description: The same in words.
      type: str
      sample: >-
        Step 2 (ipv4) does not arrive for 192.0.2.1: rule 0 of the raw table (chain prerouting, "no UDP") drops it.
statistics:
  description: What the task cost, in C(sentences), C(round_trips), C(bytes_sent), C(bytes_received) and C(seconds).
  returned: success
  type: dict
  sample: {sentences: 12, round_trips: 12, bytes_sent: 812, bytes_received: 9120, seconds: 0.2}
warnings:
  description: What was left out.
  returned: when there are any
  type: list
  elements: str
"""
