# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: connection_info
short_description: How IPsec connections are doing, and why one does not come up
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Shows for each IPsec peer its identities, policies, active connections and security associations with their
    counters, and says in words how it is doing.
  - Where a connection is not up, what the router's log (topic C(ipsec)) tells is translated into what to look at on
    both ends. Messages that name no peer are taken for those of the peer that was named last.
  - Only reads. Secrets and keys are not asked for and in no result. Lines of the log that hold keys, those of the
    topics C(debug) and C(packet), are left out.
options:
  peers:
    description:
      - Names of peers.
      - Without it, all peers.
    type: list
    elements: str
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
notes:
  - RouterOS logs errors of IPsec by itself. For more, M(bastion.routeros.logging) with the topics C(ipsec) and
    C(!debug).
  - The other end often knows more, since it is told no more than C(AUTHENTICATION_FAILED) when it is refused. The
    filter P(bastion.routeros.ipsec_advice#filter) reads its log.
seealso:
  - module: bastion.routeros.ipsec_peer
  - module: bastion.routeros.ipsec_identity
  - module: bastion.routeros.ipsec_policy
  - plugin: bastion.routeros.ipsec_advice
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Look at the tunnels
  hosts: routers
  gather_facts: false
  tasks:
    - name: Look at the one to the controller
      bastion.routeros.connection_info:
        peers: [controller]
      register: tunnel

    - name: Stop when it is not up
      ansible.builtin.assert:
        that: tunnel.connections.0.verdict == 'up'
        fail_msg: "{{ tunnel.connections.0.why }}"

    - name: Wait for it
      bastion.routeros.connection_info:
        peers: [controller]
      register: waiting
      until: waiting.connections.0.verdict == 'up'
      retries: 10
      delay: 3

    - name: Look at all of them
      bastion.routeros.connection_info:
      register: all_tunnels

    - name: Show what is wrong
      ansible.builtin.debug:
        msg: "{{ item.name }} {{ item.verdict }}: {{ item.why }}"
      loop: "{{ all_tunnels.connections }}"
      loop_control:
        label: "{{ item.name }}"
"""

RETURN = r"""
connections:
  description:
    - One entry for each peer, with the properties of C(/ip/ipsec/peer) and what follows here.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the peer.
      type: str
      sample: controller
    verdict:
      description:
        - V(up) is both phases, with traffic in both directions if there was any. V(idle) is the first phase without a
          second one that was asked for. V(waiting) is no connection and no attempt.
        - V(one_way) is both phases, and packets that go in while none come back.
        - V(failed) is an attempt that went wrong. V(incomplete) lacks an identity or a policy. V(off) is a peer that
          is disabled.
      type: str
      sample: failed
    why:
      description: The same in words, with what to look at.
      type: str
      sample: >-
        One end calls itself otherwise than the other one expects. Look at: my_id of each end against remote_id of the
        other. The log says: "identity not found for responder: FQDN: a peer: FQDN: b".
    failure:
      description: A word for what went wrong; empty when nothing did.
      type: str
      sample: id_mismatch
    check:
      description: What to look at, first things first.
      type: list
      elements: str
      sample: [the log of the other end]
    notes:
      description: What will go wrong, such as a certificate that expires soon.
      type: list
      elements: str
      sample: ["the router's own certificate 'bastion-ipsec' expires in 5d"]
    identities:
      description: Rows of C(/ip/ipsec/identity), without secrets.
      type: list
      elements: dict
      sample: [{peer: controller, auth_method: digital-signature}]
    policies:
      description: Rows of C(/ip/ipsec/policy), with C(ph2_state), C(active) and C(invalid).
      type: list
      elements: dict
      sample: [{src_address: 10.255.0.1/32, dst_address: 10.255.0.2/32, ph2_state: established}]
    active:
      description: Rows of C(/ip/ipsec/active-peers), with C(state), C(uptime), C(id), C(side), C(responder).
      type: list
      elements: dict
      sample: [{id: controller.example.net, state: established, uptime: 1h2m}]
    sas:
      description: Rows of C(/ip/ipsec/installed-sa), with their counters and without their keys.
      type: list
      elements: dict
      sample: [{state: mature, enc_algorithm: aes-gcm, current_packets: 42}]
    log:
      description: The last lines of the log that are about this peer.
      type: list
      elements: str
      sample: ["2026-05-01 10:00:00 got fatal error: AUTHENTICATION_FAILED"]
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
