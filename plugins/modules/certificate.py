# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and options of this module; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
short_description: Certificates of a router, made, signed, imported, renewed
version_added: 0.1.0
author: bastion.routeros contributors (@bastion-routeros)
description:
  - Brings a certificate to C(/certificate), waits until it is usable, and renews it before it runs out.
  - It comes from one of five sources. With nothing but a O(common_name) it signs itself, and is a certificate
    authority of the router's own. With O(ca) such an authority on the router signs it. With O(ownca_path) the router
    makes the key and a request, and an authority on the controller signs that, so that the key of the certificate
    never leaves the router and the key of the authority never leaves the controller. With O(certificate_path) or
    O(pkcs12_path) it is brought along, with its key and the authorities above it. With O(acme_domains) the router
    fetches it from Let's Encrypt or another service of that kind.
  - RouterOS can change nothing but the name and the trust of a signed certificate. When an option that is given
    differs from the certificate, or O(renew_before) has come, a new one is made beside it. It takes over the name, and
    the services, IPsec identities and SCEP servers that name the old one. The old one goes only after the new one was
    proved. The old one of an authority stays, because the router would remove what it has signed along with it. A
    warning says why a new one was made.
  - Private keys that the router makes stay there, unless O(save_bundle_to) asks for a locked copy. Check mode tells
    what would be made and why; nothing is signed.
options:
  name:
    description: Name of the certificate on the router.
    type: str
    required: true
  common_name:
    description: Common name. Required with O(state=present) for what is made and not brought along.
    type: str
  subject_alt_name:
    description:
      - Alternative names, each V(DNS:name), V(IP:address) or V(email:address). The order does not matter.
      - TLS clients compare these, and not the common name, with the name or address that they connect to.
    type: list
    elements: str
  key_size:
    description: Bits of an RSA key, or an elliptic curve. RouterOS makes RSA 2048 when nothing is said. 4096 bits
      take minutes on small routers.
    type: str
    choices: ['1024', '1536', '2048', '4096', '8192', prime256v1, secp384r1, secp521r1]
  key_usage:
    description:
      - What the key may be used for. Left out, it is V([digital-signature, key-encipherment, tls-server]) with O(ca),
        and V([key-cert-sign, crl-sign]) without, rather than RouterOS's default, which lets a server's certificate
        sign others.
      - A certificate that signs itself needs V(key-cert-sign).
    type: list
    elements: str
    choices:
      - code-sign
      - content-commitment
      - crl-sign
      - data-encipherment
      - decipher-only
      - digital-signature
      - dvcs
      - email-protect
      - encipher-only
      - key-agreement
      - key-cert-sign
      - key-encipherment
      - ocsp-sign
      - timestamp
      - tls-client
      - tls-server
  days_valid:
    description: Lifetime of a new certificate in days; RouterOS makes 365 when nothing is said. A certificate that
      exists is not replaced because of it.
    type: int
  digest_algorithm:
    description: Digest of the signature. RouterOS takes V(sha256) when nothing is said.
    type: str
    choices: [md5, sha1, sha256, sha384, sha512]
  ca:
    description: Name of the certificate authority on this router that signs. Left out, the certificate signs itself.
    type: str
  ownca_path:
    description:
      - File on the controller with the certificate of an authority, in PEM form, perhaps with those above it. It
        signs what the router asks for with a key of the router's own.
      - The authority decides what it signs, not the router. The names and usages are those of this task.
    type: path
  ownca_content:
    description: The same as text, for example from a credential of AWX.
    type: str
  ownca_privatekey_path:
    description: File on the controller with the authority's private key, RSA or elliptic curve, in PEM form. When it
      is left out the key is looked for beside the certificate in O(ownca_path) or O(ownca_content).
    type: path
  ownca_privatekey_content:
    description: The same as text. It is shown nowhere.
    type: str
  ownca_privatekey_passphrase:
    description: Passphrase of that key. It is shown nowhere.
    type: str
  ownca_create:
    description: Make an authority in O(ownca_path) and O(ownca_privatekey_path) when there is none, valid for 20
      years, its key locked with O(ownca_privatekey_passphrase) if there is one. Routers that are set up side by side
      share it.
    type: bool
    default: false
  certificate_path:
    description: File on the controller with a certificate to import, in PEM form, perhaps with the authorities above
      it and its key.
    type: path
  certificate_content:
    description: The same as text.
    type: str
  privatekey_path:
    description: File on the controller with the private key of O(certificate_path) or O(certificate_content). Without
      any key, only the certificate is imported, for example an authority that the router shall trust.
    type: path
  privatekey_content:
    description: The same as text. It is shown nowhere.
    type: str
  privatekey_passphrase:
    description: Passphrase of that key. It is shown nowhere.
    type: str
  pkcs12_path:
    description: PKCS#12 file on the controller (.p12 or .pfx) to import, with its certificate, key and authorities.
      It is opened on the controller; the key travels locked with a passphrase that is used once.
    type: path
  pkcs12_passphrase:
    description: Passphrase of that file. It is shown nowhere.
    type: str
  acme_domains:
    description:
      - Public names of this router, for which it fetches a certificate itself. The first one is the common name;
        several need RouterOS 7.22.
      - The service looks at the router's port 80 from the Internet, so C(www) has to be enabled and reachable there.
        That is checked as far as the router shows it.
      - The router renews such certificates by itself.
    type: list
    elements: str
  acme_directory:
    description: Directory of the service, a URL. Let's Encrypt when it is left out.
    type: str
  acme_eab_kid:
    description: Key identifier of an external account, for services that want one.
    type: str
  acme_eab_key:
    description: Key of that account. It is shown nowhere.
    type: str
  renew_before:
    description: Renew when fewer than this many days are left; less than O(days_valid). V(0) renews only what has
      expired. What was brought along cannot be renewed here; a warning asks for a new one. With O(acme_domains) it
      counts as V(14) at most.
    type: int
    default: 30
  trusted:
    description: Whether the router trusts what this certificate signs. Left out, it stays as the router made it.
    type: bool
  organization:
    description: Organization (O) of the subject.
    type: str
  unit:
    description: Organizational unit (OU) of the subject.
    type: str
  locality:
    description: Locality (L) of the subject.
    type: str
  province:
    description: State or province (ST) of the subject. RouterOS calls the property C(state), a word that Ansible
      needs for O(state).
    type: str
  country:
    description: Country (C) of the subject, two letters.
    type: str
  save_to:
    description:
      - File on the controller in which the certificate is kept as PEM, never its key. Folders are made as needed.
        Save the authority's certificate and let C(ansible_routeros_ca_path) point to it.
      - Use an absolute path, for example one that begins with C(inventory_dir).
      - The own user then needs the policies V(sensitive) and V(ftp) besides.
    type: path
  save_ca_to:
    description: File on the controller for a copy of the certificate of the authority in O(ownca_path) or
      O(ownca_content), for example the one that C(ansible_routeros_ca_path) of this host points to.
    type: path
  save_bundle_to:
    description: File on the controller for the certificate together with its private key, locked with
      O(save_passphrase). PKCS#12 when its name ends with .p12 or .pfx, else PEM. Only its owner can read it.
    type: path
  save_passphrase:
    description: At least 8 characters. It is shown nowhere.
    type: str
  state:
    description:
      - V(absent) removes the certificate with its key. It is refused while a service, an IPsec identity or a SCEP
        server names it, and for an authority while certificates that it signed are there.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - bastion.routeros.attributes
  - bastion.routeros.transaction
notes:
  - Menus that this collection does not know (those of OpenVPN, SSTP, HotSpot and wireless servers) are not looked at.
    Give what uses a certificate there one of its own, under another name.
  - Safe mode does not undo certificates. So they are made before it is taken and only bound inside it; what a failed
    run leaves behind is unused, and the next run takes it over or removes it.
  - The router's clock must be right. A router without a battery that starts in 1970 makes certificates that nobody
    accepts, so a certificate is only made while the clock is less than two days apart from the controller's.
  - Sources other than the router's own authorities use files on the router, which are removed at once. The own user
    then needs the policies V(ftp) and V(sensitive).
seealso:
  - module: bastion.routeros.service
  - name: RouterOS manual, Certificates
    description: Templates, signing and trust.
    link: https://help.mikrotik.com/docs/spaces/ROS/pages/2555969/Certificates
"""

EXAMPLES = r"""
- name: Give the API a certificate that the controller can verify
  hosts: routers
  gather_facts: false
  tasks:
    - name: The router's own authority, kept on the controller
      bastion.routeros.certificate:
        name: bastion-ca
        common_name: "{{ inventory_hostname }} CA"
        days_valid: 3650
        save_to: "{{ inventory_dir }}/ca/{{ inventory_hostname }}.pem"

    - name: The server's certificate
      bastion.routeros.certificate:
        name: api-2026
        common_name: "{{ inventory_hostname }}"
        subject_alt_name:
          - "DNS:{{ inventory_hostname }}"
          - "IP:{{ ansible_host }}"
        ca: bastion-ca
        days_valid: 825
        renew_before: 60

    - name: Serve it
      bastion.routeros.service:
        name: api-ssl
        certificate: api-2026

    - name: Or have an authority on the controller sign it, the same one for the whole fleet
      bastion.routeros.certificate:
        name: api-2026
        common_name: "{{ inventory_hostname }}"
        subject_alt_name: ["DNS:{{ inventory_hostname }}", "IP:{{ ansible_host }}"]
        ownca_path: "{{ inventory_dir }}/ca/fleet.pem"
        ownca_privatekey_path: "{{ inventory_dir }}/ca/fleet.key"
        ownca_privatekey_passphrase: "{{ vault_ca_passphrase }}"
        days_valid: 825
        renew_before: 60

    - name: Or bring one along that the site's authority has made
      bastion.routeros.certificate:
        name: api-2026
        pkcs12_path: "{{ inventory_dir }}/certificates/{{ inventory_hostname }}.p12"
        pkcs12_passphrase: "{{ vault_pkcs12_passphrase }}"

    - name: Or let the router fetch it
      bastion.routeros.certificate:
        name: api-2026
        acme_domains: ["{{ inventory_hostname }}"]

    - name: Remove one that nothing uses
      bastion.routeros.certificate:
        name: api-2019
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
      sample: /certificate
    action:
      description: C(add), C(set), C(remove), C(move), or the name of another command.
      type: str
      sample: sign
    id:
      description: The router's C(.id) of the row, or a placeholder such as C(@1) for one that the plan adds.
      type: str
      sample: '*7'
    properties:
      description: What is written, in the router's own notation.
      type: dict
      sample: {ca: bastion-ca}
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
  sample: {/certificate: []}
after:
  description: The same rows as they are now, or would be after a run without check mode, by menu.
  returned: success
  type: dict
  sample: {/certificate: [{name: api-2026, common_name: core1, ca: bastion-ca}]}
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
