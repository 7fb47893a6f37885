# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_profile
short_description: IPsec profiles, the first phase
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/ip/ipsec/profile), which M(bastion.routeros.ipsec_peer) names. It says what is
    offered and accepted for IKE.
  - Options that are left out stay as they are on the router. A new profile gets RouterOS's defaults for them, which
    are weak (SHA-1, 3DES, 1024 bits) and differ by version, so name them all.
  - A warning tells of words that are weak, since the other end may choose them.
  - The profile C(default) is never touched unless it is named. It cannot be removed.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  name:
    description: Name of the profile.
    type: str
    required: true
  hash_algorithm:
    description: Integrity of IKE, and where O(prf_algorithm) is V(auto) the making of its keys.
    type: str
    choices: [md5, sha1, sha256, sha384, sha512]
  prf_algorithm:
    description: The making of keys. V(auto) is what O(hash_algorithm) says.
    type: str
    choices: [auto, sha1, sha256, sha384, sha512]
  enc_algorithm:
    description: Encryption. What is not listed is not accepted.
    type: list
    elements: str
    choices: [aes-256, aes-192, aes-128, 3des, des]
  dh_group:
    description: Key exchange. What is not listed is not accepted.
    type: list
    elements: str
    choices:
      - x25519
      - ecp256
      - ecp384
      - ecp521
      - modp8192
      - modp6144
      - modp4096
      - modp3072
      - modp2048
      - modp1536
      - modp1024
      - modp768
  lifetime:
    description: How long an IKE key is used, such as V(8h). RouterOS makes no new one where O(dpd_interval) is
      V(disable-dpd).
    type: str
  lifebytes:
    description: How many bytes it is used for; V(0) means no limit.
    type: int
  proposal_check:
    description: IKEv1 only. What to do with the other end's lifetime.
    type: str
    choices: [obey, strict, claim, exact]
  nat_traversal:
    description: Pack ESP into UDP port 4500 where there is NAT between the ends.
    type: bool
  ppk:
    description: Post-quantum pre-shared keys. Since 7.21.
    type: str
    choices: ['no', psk, psk-ike-initial, qkd]
  dpd_interval:
    description: How often to see whether a silent peer is there, such as V(30s), or V(disable-dpd).
    type: str
  dpd_maximum_failures:
    description: After how many unanswered questions it counts as gone, 1 to 100.
    type: int
  state:
    description: A profile that a peer names is not removed.
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
    description: Profiles and what they mean.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec
"""

EXAMPLES = r"""
- name: Reach the API through a tunnel only
  hosts: routers
  gather_facts: false
  tasks:
    - name: What the first phase may look like
      bastion.routeros.ipsec_profile:
        name: api
        hash_algorithm: sha256
        prf_algorithm: sha256
        enc_algorithm: [aes-256]
        dh_group: [ecp256]
        lifetime: 8h
        proposal_check: obey
        nat_traversal: true
        dpd_interval: 30s
        dpd_maximum_failures: 4

    - name: Ask sooner whether the others are there, and leave the rest as it is
      bastion.routeros.ipsec_profile:
        name: branches
        dpd_interval: 10s

    - name: Away with one that no peer names any more
      bastion.routeros.ipsec_profile:
        name: old
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
      sample: /ip/ipsec/profile
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
        name: api
        hash-algorithm: sha256
        enc-algorithm: aes-256
        dh-group: ecp256
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
  sample: {/ip/ipsec/profile: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/ipsec/profile: [{name: api, hash_algorithm: sha256, enc_algorithm: [aes-256], dh_group: [ecp256]}]}
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
