# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bootstrap
short_description: From a router out of the box to the inventory's verified way in
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Gets in as C(ansible_routeros_first_contact) says, over SSH, over the plain API or over TLS without a certificate,
    and makes the way in that the inventory describes. A certificate authority and a certificate on the router, bound
    to C(api-ssl); a group and a user of the automation's own, with a strong password that is given or made here.
  - Logs in over verified TLS as that user. Only when that has succeeded is anything closed.
  - The certificate of the authority is fetched over the first channel and compared with what the router's table tells
    of it. A password that is new goes over verified TLS only, never over the plain API or TLS without a certificate;
    over SSH only where an SSH key is all there is to log in with.
  - It can be run again after whatever interrupted it, and goes on from there. A run on a router that is ready changes
    nothing. At no moment is the router without a way in.
  - As soon as verified TLS has stood once, the file C(ansible_routeros_ca_path) exists, and nothing less is spoken to
    that router any more. A router that offers less than before is refused as what it may be, somebody in the middle.
  - A first contact by C(plain) or C(anonymous) has nothing to verify the router by. Make it on a network that you
    trust, or use C(ssh) with a host key that you know.
  - Passwords are never shown. Check mode gets in and tells what would be done.
options:
  policies:
    description:
      - What the automation's user may do.
      - V(policy) is for changing users. The renewal of the authority needs V(ftp) and V(sensitive) as well, once in ten
        years if nothing else is said.
    type: list
    elements: str
    default: [api, read, write, policy]
  group:
    description:
      - Name of the automation's group. It gets exactly O(policies).
      - The default is the name that the role P(bastion.routeros.secure_api#role) gives to a group of these policies.
    type: str
  sources:
    description: Addresses and prefixes that the automation's user may log in from. Left alone when not given.
    type: list
    elements: str
    default: []
  password_file:
    description:
      - File on the controller that a password is made for, when C(ansible_password) is not set. It is written before
        the router gets the password, with mode 0600, and never overwritten. The password is nowhere else.
      - As a file of variables in C(host_vars), the next run finds it by itself.
      - Left out, C(ansible_password) has to be set, from a vault or by a lookup of your choice.
    type: path
  password_format:
    description:
      - What O(password_file) and O(admin.password_file) hold.
      - V(vault) is a file of variables, encrypted with the first vault secret of the play. V(vars) is the same file in
        the clear, V(text) is the password alone.
    type: str
    choices: [vault, vars, text]
    default: vault
  vars_file:
    description:
      - File on the controller that gets what the inventory needs from now on, such as C(ansible_host), C(ansible_user)
        and C(ansible_routeros_ca_path). No secret is in it.
      - The result holds the same under C(inventory).
    type: path
  certificate:
    description:
      - The certificate of C(api-ssl), where it shall differ from the default, which is one that an authority on the
        router signs.
      - C(ownca_...), C(certificate_...), C(privatekey_...) and C(pkcs12_...) are those of
        M(bastion.routeros.certificate). With them, the file C(ansible_routeros_ca_path) holds the authority and has to
        be there before, and that verified TLS has stood is remembered beside it as C(INVENTORY_HOSTNAME.verified).
      - A private key is sent over SSH and over verified TLS only.
    type: dict
    default: {}
    suboptions:
      name:
        description: Its name on the router.
        type: str
        default: bastion-api-ssl
      common_name:
        description: Its common name. The default is C(ansible_routeros_tls_hostname), or else C(ansible_host).
        type: str
      subject_alt_names:
        description:
          - Names and addresses that it is good for. The default is C(ansible_routeros_tls_hostname) and
            C(ansible_host).
        type: list
        elements: str
      key_size:
        description: Bits of an RSA key, or an elliptic curve, of the certificate and its authority.
        type: str
        choices: ['2048', '4096', prime256v1, secp384r1, secp521r1]
        default: '2048'
      days_valid:
        description: Days that it is valid. The authority is valid for a year longer.
        type: int
        default: 3650
      renew_before:
        description: Days before its end from which on a new one is made.
        type: int
        default: 30
      ownca_path:
        description: File on the controller with the authority that signs; the router's key never leaves it.
        type: path
      ownca_content:
        description: The same as text.
        type: str
      ownca_privatekey_path:
        description: File on the controller with the authority's private key.
        type: path
      ownca_privatekey_content:
        description: The same as text. Never shown.
        type: str
      ownca_privatekey_passphrase:
        description: Passphrase of that key. Never shown.
        type: str
      ownca_create:
        description: Make that authority when there is none.
        type: bool
        default: false
      certificate_path:
        description: File on the controller with the certificate to bring along, and the authorities above it.
        type: path
      certificate_content:
        description: The same as text.
        type: str
      privatekey_path:
        description: File on the controller with its private key.
        type: path
      privatekey_content:
        description: The same as text. Never shown.
        type: str
      privatekey_passphrase:
        description: Passphrase of that key. Never shown.
        type: str
      pkcs12_path:
        description: PKCS#12 file on the controller to bring along instead.
        type: path
      pkcs12_passphrase:
        description: Passphrase of that file. Never shown.
        type: str
  virtual_addresses:
    description:
      - Addresses that the router shares with others (VRRP). They go into the certificate as well.
      - C(ansible_host) has to be the router's own address, since a virtual one may lead to another router.
    type: list
    elements: str
    default: []
  port:
    description: Port that C(api-ssl) listens on, where it shall be another one. Behind a port translation this is the
      inside port.
    type: int
  disabled_services:
    description: Services that are disabled once the automation's user has logged in over verified TLS.
    type: list
    elements: str
    choices: [api, ftp, ssh, telnet, winbox, www, www-ssl]
    default: [api]
  admin:
    description: What becomes of the user that came with the router. Without this, nothing.
    type: dict
    default: {}
    suboptions:
      name:
        description: Its name. The default is the user of C(ansible_routeros_first_contact).
        type: str
      state:
        description:
          - V(disabled) and V(absent) need another user with full rights, such as O(admin.replaced_by), since the router
            keeps its last one.
        type: str
        choices: [kept, disabled, absent]
        default: kept
      replaced_by:
        description: Name of a user for people that is made in the group C(full), with the new password.
        type: str
      password:
        description: The new password of O(admin.replaced_by), or of the user itself without that. Never shown.
        type: str
      password_file:
        description: File on the controller that a new password is made for and kept in, as in O(password_file).
        type: path
      password_variable:
        description: Name of the variable in that file.
        type: str
        default: routeros_admin_password
  settle:
    description: Seconds between a change and the login that proves it. No firewall rule is changed, so they can be few.
    type: float
    default: 1
  safe_mode_wait:
    description: How long to wait, in seconds, while another session holds safe mode.
    type: int
    default: 600
extends_documentation_fragment:
  - bastion.routeros.attributes
attributes:
  check_mode:
    description: Gets in and tells what would be done. Nothing is written, neither to the router nor to a file, except
      for a host key that C(accept_new) takes.
    support: full
  action_group:
    description: It protects itself, and takes none of the options of a transaction.
    membership:
      - bastion.routeros.all
    support: full
requirements:
  - paramiko >= 3.2 where ansible-core runs, for a first contact over SSH only
seealso:
  - plugin: bastion.routeros.api
    plugin_type: connection
  - module: bastion.routeros.certificate
  - module: bastion.routeros.user
"""

EXAMPLES = r"""
- name: Prepare routers that are new
  hosts: new_routers
  gather_facts: false
  tasks:
    - name: Make the way in of this inventory, with the password that it names
      bastion.routeros.bootstrap:

    - name: Make a password for each router, and keep it in the vault of its host
      bastion.routeros.bootstrap:
        password_file: "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}/password.yml"
        vars_file: "{{ inventory_dir }}/host_vars/{{ inventory_hostname }}/way_in.yml"

    - name: The same for a pair with a virtual address, and put a user of our own in the place of admin
      bastion.routeros.bootstrap:
        virtual_addresses: [192.0.2.1]
        policies: [api, read, write, policy, sensitive, ftp]
        disabled_services: [api, telnet, ftp, www]
        admin:
          state: disabled
          replaced_by: netadmin
          password: "{{ vault_netadmin_password }}"
"""

RETURN = r"""
way:
  description:
    - How the router was reached when the task began.
    - V(verified) as the automation's user over verified TLS, V(first user) over verified TLS as the user of the first
      contact, V(first contact) by its method, V(ssh).
  returned: success
  type: str
  sample: first contact
ca_fingerprint:
  description: SHA-256 of the authority's certificate, as the router shows it; for comparing it at the router.
  returned: when the CA is on the controller
  type: str
  sample: 4f7e4ab31df3ac9d1e5e20cd0fbc3ac7e0fffe6be66d1a0dba5ecdb50d6b4d5d
host_key:
  description: Fingerprint of the router's SSH host key.
  returned: when the way is ssh
  type: str
  sample: SHA256:uNiVztksCsDhcc0u9e8BrsWUJsvXcWEXuaoKXlO4tKk
inventory:
  description: What the inventory needs from now on. No secret is in it.
  returned: success
  type: dict
  sample: {ansible_host: 192.0.2.1, ansible_port: 8729, ansible_user: automation}
operations:
  description: What was done, or would be done in check mode, in order. Secrets are masked.
  returned: success
  type: list
  elements: dict
  sample: [{menu: /ip/service, action: set, id: '*7', properties: {certificate: bastion-api-ssl}}]
before:
  description: The rows that the task is about, by menu, as they were.
  returned: success
  type: dict
  sample: {/ip/service: [{name: api-ssl, certificate: none}]}
after:
  description: The same rows afterwards.
  returned: success
  type: dict
  sample: {/ip/service: [{name: api-ssl, certificate: bastion-api-ssl}]}
diff:
  description: The difference between the two, one row a line.
  returned: with C(--diff)
  type: list
  elements: dict
proved_over:
  description: The way of the fresh login that proved the last change.
  returned: when something was changed
  type: str
  sample: future path
protected_by:
  description: What would have undone a failure, step by step.
  returned: when something was changed
  type: list
  elements: str
  sample: [safe mode]
statistics:
  description: What the task cost.
  returned: success
  type: dict
  contains:
    sentences:
      description: Sentences sent to the router.
      type: int
      sample: 116
    round_trips:
      description: How often an answer was waited for.
      type: int
      sample: 116
    bytes_sent:
      description: Bytes sent over the API.
      type: int
      sample: 15265
    bytes_received:
      description: Bytes received over the API.
      type: int
      sample: 44913
    seconds:
      description: Duration.
      type: float
      sample: 1.4
warnings:
  description: What deserves attention although the task succeeded.
  returned: when there are any
  type: list
  elements: str
"""
