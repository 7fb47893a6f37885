# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ipsec_proposal
short_description: IPsec proposals, the second phase
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/ip/ipsec/proposal), which M(bastion.routeros.ipsec_policy) names. It says what
    is offered and accepted for the packets themselves.
  - Options that are left out stay as they are on the router. A new proposal gets RouterOS's defaults for them, which
    are weak (SHA-1, 1024 bits), so name them all.
  - A warning tells of words that are weak, since the other end may choose them.
  - The proposal C(default) is never touched unless it is named. It cannot be removed.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  name:
    description: Name of the proposal.
    type: str
    required: true
  auth_algorithms:
    description: Integrity. V([]) for O(enc_algorithms) that have their own, C(aes-256-gcm) and its like.
    type: list
    elements: str
    choices: [sha512, sha256, sha1, md5, 'null']
  enc_algorithms:
    description: Encryption. What is not listed is not accepted.
    type: list
    elements: str
    choices:
      - chacha20poly1305
      - aes-256-cbc
      - aes-256-ctr
      - aes-256-gcm
      - camellia-256
      - aes-192-cbc
      - aes-192-ctr
      - aes-192-gcm
      - camellia-192
      - aes-128-cbc
      - aes-128-ctr
      - aes-128-gcm
      - camellia-128
      - 3des
      - blowfish
      - twofish
      - des
      - 'null'
  lifetime:
    description: How long a key is used, such as V(30m).
    type: str
  pfs_group:
    description:
      - Key exchange of the second phase, for perfect forward secrecy. V(none) does without.
      - A difference between the two ends shows only when the first new key is due, since IKEv2 makes the first one
        together with the connection.
    type: str
    choices:
      - none
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
  comment:
    description: Comment; V("") removes it.
    type: str
  disabled:
    description: V(true) switches it off.
    type: bool
  state:
    description: A proposal that a policy names is not removed.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
seealso:
  - module: bastion.routeros.ipsec_policy
  - module: bastion.routeros.ipsec_profile
  - module: bastion.routeros.transaction
  - name: RouterOS manual, IPsec
    description: Proposals and what they mean.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/11993097/IPsec
"""

EXAMPLES = r"""
- name: Reach the API through a tunnel only
  hosts: routers
  gather_facts: false
  tasks:
    - name: How packets are protected
      bastion.routeros.ipsec_proposal:
        name: api
        auth_algorithms: []
        enc_algorithms: [aes-256-gcm]
        pfs_group: ecp256
        lifetime: 30m

    - name: Someone who cannot do better than CBC
      bastion.routeros.ipsec_proposal:
        name: branches
        auth_algorithms: [sha256]
        enc_algorithms: [aes-256-cbc]
        pfs_group: modp2048
        lifetime: 30m

    - name: Away with one that no policy names any more
      bastion.routeros.ipsec_proposal:
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
      sample: /ip/ipsec/proposal
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
        auth-algorithms: ''
        enc-algorithms: aes-256-gcm
        pfs-group: ecp256
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
  sample: {/ip/ipsec/proposal: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/ipsec/proposal: [{name: api, auth_algorithms: [], enc_algorithms: [aes-256-gcm], pfs_group: ecp256}]}
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
