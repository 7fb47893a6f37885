# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_identity
short_description: IPsec identities, how the ends prove who they are
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/ip/ipsec/identity).
  - An identity has no name. It is known by O(peer) and O(remote_id), so another O(remote_id) is another identity; with
    O(match_by=certificate) by O(remote_certificate) as well, and with O(auth_method=pre-shared-key-xauth) by
    O(username). Identities of other ids, and those that RouterOS makes itself, are never touched.
  - Options that are left out stay as they are on the router.
  - A warning tells of a pre-shared key with IKEv1, which can be guessed at offline.
  - Check mode reports the same plan as a real run. O(secret), O(password) and O(key) are never shown, neither in
    results nor in diffs, errors or logs.
options:
  peer:
    description: Name of the peer.
    type: str
    required: true
  remote_id:
    description:
      - What the other end has to call itself. V(auto), V(ignore), V(dn), V(address:IP), V(fqdn:TEXT),
        V(user-fqdn:TEXT) or V(key-id:TEXT).
      - V(auto) accepts any id.
    type: str
    default: auto
  my_id:
    description: What the router calls itself. V(auto), V(dn), V(address:IP), V(fqdn:TEXT), V(user-fqdn:TEXT) or
      V(key-id:TEXT).
    type: str
  match_by:
    description: Whether the other end is recognised by its id or by its certificate.
    type: str
    choices: [remote-id, certificate]
  auth_method:
    description: How the ends prove who they are. V(digital-signature) is by certificates, V(rsa-key) by bare keys.
      V(eap) is for IKEv2 only, the two methods with V(xauth) or V(hybrid) for IKEv1 only.
    type: str
    choices:
      - pre-shared-key
      - digital-signature
      - eap
      - eap-radius
      - pre-shared-key-xauth
      - rsa-key
      - rsa-signature-hybrid
  secret:
    description:
      - The pre-shared key. Required for a new identity with V(pre-shared-key), which is RouterOS's default for
        O(auth_method).
      - RouterOS's manual recommends certificates, since a pre-shared key can be guessed at offline. If you want one,
        make it long and random.
    type: str
  certificate:
    description: Names of certificates on the router. The first one is its own, with the private key; the others are
      its chain.
    type: list
    elements: str
  remote_certificate:
    description: Name of the other end's certificate on the router; V(none) takes any that a trusted CA signed.
    type: str
  key:
    description: Name of the private key in C(/ip/ipsec/key), with V(rsa-key).
    type: str
  remote_key:
    description: Name of the other end's public key in C(/ip/ipsec/key).
    type: str
  eap_methods:
    description: EAP methods in the order of use. V(eap-tls), V(eap-ttls), V(eap-peap), V(eap-mschapv2).
    type: list
    elements: str
  username:
    description: User name for EAP and XAuth.
    type: str
  password:
    description: Password for EAP and XAuth.
    type: str
  update_secret:
    description:
      - When O(secret) or O(password) of an identity that exists already is written.
      - V(compare) writes it when it is another one. RouterOS tells it to users with the policy C(sensitive). Where it
        does not tell it, the task fails and asks for one of the other words.
      - V(always) writes it in every run and reports a change each time. V(on_create) only ever writes it for a new
        row.
    type: str
    choices: [compare, always, on_create]
    default: compare
  generate_policy:
    description: Make policies as the other end asks for them, from the templates of O(policy_template_group).
    type: str
    choices: ['no', port-override, port-strict]
  policy_template_group:
    description: Name of a group of templates.
    type: str
  mode_config:
    description: Name of a row of C(/ip/ipsec/mode-config), or V(none).
    type: str
  notrack_chain:
    description: Chain for rules that take the traffic out of connection tracking.
    type: str
  comment:
    description: Comment; V("") removes it.
    type: str
  disabled:
    description: V(true) switches it off.
    type: bool
  state:
    description: V(absent) needs no more than O(peer) and O(remote_id).
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
seealso:
  - module: bastion.routeros.ipsec_peer
  - module: bastion.routeros.certificate
  - module: bastion.routeros.transaction
  - name: RouterOS manual, IPsec
    description: Identities and what they mean.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec
"""

EXAMPLES = r"""
- name: Reach the API through a tunnel only
  hosts: routers
  gather_facts: false
  tasks:
    - name: Both ends prove themselves by certificates
      bastion.routeros.ipsec_identity:
        peer: controller
        auth_method: digital-signature
        certificate: [bastion-ipsec]
        my_id: fqdn:router.example.net
        remote_id: fqdn:controller.example.net

    - name: A colleague's router, by a pre-shared key
      bastion.routeros.ipsec_identity:
        peer: branch
        auth_method: pre-shared-key
        secret: "{{ vault_branch_secret }}"
        remote_id: fqdn:branch.example.net

    - name: Forget somebody
      bastion.routeros.ipsec_identity:
        peer: branch
        remote_id: fqdn:former.example.net
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
      sample: /ip/ipsec/identity
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
        peer: controller
        auth-method: digital-signature
        certificate: bastion-ipsec
        remote-id: fqdn:controller.example.net
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
  sample: {/ip/ipsec/identity: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/ipsec/identity: [{peer: controller, remote_id: "fqdn:controller.example.net"}]}
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
