# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: logging_action
short_description: Where log messages can go to
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes, changes or removes a row of C(/system/logging/action), which M(bastion.routeros.logging) then names.
  - Options that are left out stay as they are on the router.
  - Check mode reports the same plan as a real run. No option of this module is a secret.
options:
  name:
    description: Name of the action, letters and digits only.
    type: str
    required: true
  target:
    description:
      - What kind of action it is. Required for a new one. It decides which of the other options mean something.
      - V(script) exists since 7.22. Not every build has V(cmr).
    type: str
    choices: [memory, disk, echo, remote, email, script, cmr]
  memory_lines:
    description: With V(memory), how many lines are kept, 1 to 65535.
    type: int
  memory_stop_on_full:
    description: With V(memory), stop instead of forgetting the oldest line.
    type: bool
  disk_file_name:
    description: With V(disk), name of the file without ending. Its folder must exist, and two actions cannot share a
      file.
    type: str
  disk_lines_per_file:
    description: With V(disk), lines in each file, 1 to 65535.
    type: int
  disk_file_count:
    description: With V(disk), number of files, 1 to 65535.
    type: int
  disk_stop_on_full:
    description: With V(disk), stop instead of overwriting the oldest file.
    type: bool
  remote:
    description: With V(remote), address or name of the collector.
    type: str
  remote_port:
    description: With V(remote), its port. RouterOS's default is 514.
    type: int
  remote_protocol:
    description:
      - With V(remote), transport. Since 7.18; V(tls) only on newer builds.
      - Only the format V(cef) marks the end of a message on a stream, so use that one with V(tcp) and V(tls).
    type: str
    choices: [udp, tcp, tls]
  remote_log_format:
    description: With V(remote), format of the messages. Since 7.18; older routers have O(bsd_syslog).
    type: str
    choices: [default, syslog, cef]
  cef_event_delimiter:
    description: With V(cef), what ends a message. Since 7.18.
    type: str
  check_certificate:
    description: With V(tls), verify the collector's certificate. The name in it is not compared. Since 7.23.
    type: bool
  src_address:
    description: With V(remote), own address to send from.
    type: str
  vrf:
    description: With V(remote), VRF to send in. Since 7.19.6.
    type: str
  syslog_facility:
    description: With the syslog formats, facility.
    type: str
    choices:
      - auth
      - authpriv
      - cron
      - daemon
      - ftp
      - kern
      - local0
      - local1
      - local2
      - local3
      - local4
      - local5
      - local6
      - local7
      - lpr
      - mail
      - news
      - ntp
      - syslog
      - user
      - uucp
  syslog_severity:
    description: With the syslog formats, severity. V(auto) takes it from the message.
    type: str
    choices: [auto, emergency, alert, critical, error, warning, notice, info, debug]
  syslog_time_format:
    description: With the syslog formats, form of the time.
    type: str
    choices: [bsd-syslog, iso8601]
  bsd_syslog:
    description: With V(remote), send BSD syslog. Until 7.17; then O(remote_log_format=syslog) took its place.
    type: bool
  add_topics_string:
    description: Put the topics in front of the message. Since 7.22.
    type: bool
  email_to:
    description: With V(email), recipient.
    type: str
  email_cc:
    description: With V(email), further recipients. Since 7.23.
    type: list
    elements: str
  email_start_tls:
    description: With V(email), use STARTTLS.
    type: bool
  remember:
    description: With V(echo), keep messages until somebody is at the console to see them.
    type: bool
  script:
    description: With V(script), name of the script to run. Since 7.22.
    type: str
  comment:
    description: Comment; V("") removes it.
    type: str
  state:
    description: RouterOS's own actions cannot be removed, nor can one that a row of C(/system/logging) uses.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - RouterOS returns only the properties that O(target) uses. One that does not belong to the target is refused here
    rather than written again in every run.
seealso:
  - module: bastion.routeros.logging
  - name: RouterOS manual, Log
    description: Topics, rules and actions.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/328094/Log
"""

EXAMPLES = r"""
- name: Set up the ways out for log messages
  hosts: routers
  gather_facts: false
  tasks:
    - name: The collector, in a format that also works over TCP
      bastion.routeros.logging_action:
        name: siem
        target: remote
        remote: 192.0.2.50
        remote_port: 6514
        remote_protocol: tcp
        remote_log_format: cef

    - name: A buffer of its own for the firewall
      bastion.routeros.logging_action:
        name: firewall
        target: memory
        memory_lines: 5000

    - name: An action that nothing uses any more
      bastion.routeros.logging_action:
        name: oldcollector
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
      sample: /system/logging/action
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
      sample: {name: siem, target: remote, remote: 192.0.2.50}
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
  sample: {/system/logging/action: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/system/logging/action: [{name: siem, target: remote, remote: 192.0.2.50}]}
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
