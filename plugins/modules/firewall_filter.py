# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall_filter
short_description: A set of firewall filter rules as one thing, IPv4 and IPv6
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - A I(ruleset) is a list of rules under one name. It has a chain of its own, C(bastion-NAME), which one jump rule
    enters from O(chain). You write the rules; where they stand among those of others is decided once, by O(placement)
    of the jump.
  - 'B(Ownership.) The jump and the rules carry comments of the form C(bastion/NAME: text). Rules without this mark
    belong to others and are never changed, moved or removed. A rule of a ruleset that somebody changed by hand is put
    right in the next run.'
  - B(Order) is that of O(rules). The first rule that decides wins; a packet that no rule decides, or that meets
    V(return), goes back to O(chain) behind the jump. So end a ruleset that guards a port with a rule that drops the
    rest.
  - B(No gap.) There are two copies of the chain, C(bastion-NAME.a) and C(bastion-NAME.b), of which one is in use. An
    update of more than a single step is built in the other one, and then one change of one rule switches over. No
    packet ever meets half a ruleset, and what a broken run left behind is taken over by the next.
  - B(Both families.) IPv4 rules say nothing about IPv6, where the services listen as well. So O(family=both) is the
    default, and the rules are written to C(/ip/firewall/filter) and C(/ipv6/firewall/filter). A rule that only one of
    them can hold, for example with an address in it, says O(rules[].family); otherwise it is refused. Address lists
    need no such word, since there is one of each name in both families.
  - B(Lockout.) After the rules were written, a new connection over the inventory's path must succeed, or everything is
    rolled back; see O(prove) and O(safe_mode). Sessions that are open prove nothing and are not asked.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  ruleset:
    description:
      - Name of the ruleset. Letters, digits, C(-) and C(_), at most 18 characters.
      - It names the chain and the owner in the comments, so a ruleset that is renamed is another one; remove the old
        one.
    type: str
    required: true
  state:
    description: V(absent) removes the jump first, then the rules. O(family) decides from which tables.
    type: str
    choices: [present, absent]
    default: present
  chain:
    description:
      - Chain that the ruleset is entered from. V(input) is traffic to the router itself, V(forward) through it,
        V(output) from it. Other chains work too.
      - A port that is forwarded to another machine is V(forward), and a service of the router is V(input).
    type: str
    default: input
  entry:
    description:
      - Which packets enter the ruleset at all. A dictionary of matchers, with the names and forms of O(rules), such
        as C(protocol) and C(dst_port). All others pass by the jump at no further cost.
      - Left out, every packet of O(chain) enters.
    type: dict
  placement:
    description:
      - Where the jump stands in O(chain). V(top) is above all rules of others, V(bottom) below them.
      - 'C({before: COMMENT}) and C({after: COMMENT}) put it next to the rule of others with exactly this comment,
        which must exist once.'
      - At V(top) several rulesets of this collection stand in the order in which they came, and dynamic rules of the
        router stay above them. At V(bottom), a final drop of others leaves nothing
        to match.
      - V(first) is above the other rulesets too. One ruleset of a chain can have it. V(foremost) is above that one;
        several can have it, where their order among themselves does not matter. The comment of the jump says so.
    type: raw
    default: top
  family:
    description: Tables to write to. The ruleset is left as it is in the other table; with V(both) it is the same in
      both.
    type: str
    choices: [ipv4, ipv6, both]
    default: both
  rules:
    type: list
    elements: dict
    description:
      - The rules in their order. This is the whole ruleset; what is not listed is removed from it. Required with
        O(state=present).
      - Names are RouterOS's, with underscores. Matchers are written as strings or lists and all of them must match.
        V(!) in front negates; in front of the first word of a list it negates the whole list, as in
        C(dst_port=['!22', '80']). Only O(rules[].tcp_flags) and O(rules[].hotspot) negate word by word.
extends_documentation_fragment:
  - bastion.routeros.firewall_rule
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - RouterOS counts packets. Without C(connection_state=new), a rate limit counts the packets of running sessions too;
    accept established connections before it.
  - V(limit) is one bucket for the whole world, so an attacker uses up everybody's share. V(dst-limit) with mode
    C(src-address) is a bucket for each source. Above its rate either of them only stops matching, so a rule that
    drops has to follow.
  - In a ladder of address lists (one attempt, two, three, blocked) write the last stage first, or one connection
    climbs all of it. Put it in front of an accept, never a drop. The first packet of a connection that is dropped is
    sent again, and counts again.
  - Connections that are established outlive a new drop rule if a rule for C(established) accepts them earlier.
  - MAC-Telnet and MAC-WinBox come below the IP firewall; only C(/tool/mac-server) limits them.
seealso:
  - module: bastion.routeros.address_list
  - module: bastion.routeros.transaction
  - module: bastion.routeros.service
  - name: RouterOS manual, Filter
    description: Chains, matchers and actions.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/48660574/Filter
"""

EXAMPLES = r"""
- name: Guard the routers
  hosts: routers
  gather_facts: false
  tasks:
    - name: Only the management networks reach the API, at a sane rate
      bastion.routeros.firewall_filter:
        ruleset: api
        entry:
          protocol: tcp
          dst_port: [8728, 8729]
        rules:
          - action: accept
            connection_state: [established, related]
            comment: Running sessions
          - action: accept
            connection_state: [new]
            src_address_list: management
            dst_limit: 5,10,src-address/1m
            comment: Five new connections a second for each source
          - action: drop
            log: true
            log_prefix: "API Drop: "
            comment: Everybody else

    - name: Ping, with what IPv6 needs to live
      bastion.routeros.firewall_filter:
        ruleset: icmp
        placement:
          before: "defconf: drop all not coming from LAN"
        rules:
          - action: accept
            family: ipv4
            protocol: icmp
            limit: 50,100:packet
          - action: accept
            family: ipv6
            protocol: icmpv6

    - name: Nobody out of the blocked list gets through to the servers
      bastion.routeros.firewall_filter:
        ruleset: blocked
        chain: forward
        family: ipv4
        rules:
          - action: drop
            src_address_list: blocked
            in_interface_list: WAN

    - name: Remove a ruleset, its jump included
      bastion.routeros.firewall_filter:
        ruleset: oldrules
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
      sample: /ip/firewall/filter
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
      sample: {chain: bastion-api.a, action: drop, comment: "bastion/api: Everybody else"}
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
  sample: {/ip/firewall/filter: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/ip/firewall/filter: [{chain: bastion-api.a, action: drop, comment: "bastion/api: Everybody else"}]}
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
