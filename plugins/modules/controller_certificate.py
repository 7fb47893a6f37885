# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: controller_certificate
short_description: A certificate of the controller's own, for its end of a tunnel
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Makes a private key and a certificate in two files on the controller, signed by an authority there, and makes both
    anew before the certificate runs out. The authority is that of C(ownca_path) of M(bastion.routeros.certificate),
    so that router and controller can have certificates of one authority and no private key travels.
  - Keys are RSA, as IKE of RouterOS wants them.
  - Runs on the controller. Only reads as far as the router is concerned, and does not log in there.
options:
  path:
    description: File for the certificate, PEM.
    type: path
    required: true
  privatekey_path:
    description: File for its private key. Only its owner can read it.
    type: path
    required: true
  common_name:
    description: Common name.
    type: str
    required: true
  subject_alt_name:
    description: Alternative names, each V(DNS:name), V(IP:address) or V(email:address).
    type: list
    elements: str
  ownca_path:
    description: File with the authority's certificate, PEM.
    type: path
    required: true
  ownca_privatekey_path:
    description: File with the authority's private key.
    type: path
    required: true
  ownca_privatekey_passphrase:
    description: Passphrase of that key. It is shown nowhere.
    type: str
  ownca_create:
    description: Make an authority when there is none, valid for 20 years.
    type: bool
    default: false
  ownca_name:
    description: Common name of an authority that is made.
    type: str
    default: bastion IPsec CA
  days_valid:
    description: Lifetime of a new certificate in days.
    type: int
    default: 825
  renew_before:
    description: Renew when fewer than this many days are left.
    type: int
    default: 60
extends_documentation_fragment:
  - bastion.routeros.attributes.reading
attributes:
  check_mode:
    description: Tells whether something would be made, and makes nothing.
    support: full
  idempotent:
    description: What is there and good stays.
    support: full
seealso:
  - module: bastion.routeros.certificate
"""

EXAMPLES = r"""
- name: Certificates of one authority for both ends of a tunnel
  hosts: routers
  gather_facts: false
  tasks:
    - name: The controller's
      bastion.routeros.controller_certificate:
        path: "{{ inventory_dir }}/ipsec/controller.pem"
        privatekey_path: "{{ inventory_dir }}/ipsec/controller.key"
        common_name: controller.example.net
        subject_alt_name: ["DNS:controller.example.net"]
        ownca_path: "{{ inventory_dir }}/ipsec/ca.pem"
        ownca_privatekey_path: "{{ inventory_dir }}/ipsec/ca.key"
        ownca_create: true

    - name: One for another controller, renewed earlier
      bastion.routeros.controller_certificate:
        path: "{{ inventory_dir }}/ipsec/node2.pem"
        privatekey_path: "{{ inventory_dir }}/ipsec/node2.key"
        common_name: node2.example.net
        subject_alt_name: ["DNS:node2.example.net", "IP:198.51.100.8"]
        ownca_path: "{{ inventory_dir }}/ipsec/ca.pem"
        ownca_privatekey_path: "{{ inventory_dir }}/ipsec/ca.key"
        renew_before: 120

    - name: One of an authority whose key is locked, for a year
      bastion.routeros.controller_certificate:
        path: /etc/swanctl/x509/office.pem
        privatekey_path: /etc/swanctl/private/office.key
        common_name: controller.example.net
        ownca_path: "{{ inventory_dir }}/office-ca.pem"
        ownca_privatekey_path: "{{ inventory_dir }}/office-ca.key"
        ownca_privatekey_passphrase: "{{ vault_office_ca_passphrase }}"
        days_valid: 365

    - name: The router's, whose key is made there
      bastion.routeros.certificate:
        name: ipsec
        common_name: router1.example.net
        subject_alt_name: ["DNS:router1.example.net"]
        ownca_path: "{{ inventory_dir }}/ipsec/ca.pem"
        ownca_privatekey_path: "{{ inventory_dir }}/ipsec/ca.key"
"""

RETURN = r"""
reason:
  description: Why a certificate was made, or would be; empty when none was.
  returned: always
  type: str
  sample: it expires in 12 days
authority_made:
  description: Whether the authority was made as well.
  returned: always
  type: bool
  sample: false
days_left:
  description: Days that a new certificate is valid for.
  returned: when one was made
  type: int
  sample: 824
"""
