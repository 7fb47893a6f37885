# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's end of the tunnel: strongSwan's swanctl.conf, and Libreswan's files for those who run that. Pure.

Both are made from the same value as the router's end (`ipsec_router`), so that the ends cannot disagree.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.bastion.routeros.plugins.plugin_utils.roles.ipsec_tunnel import Identity, Tunnel

# RouterOS's words and strongSwan's (its manual, IKEv2 cipher suites).
_ESP = {"aes-256-gcm": "aes256gcm16", "aes-256-cbc": "aes256-sha256"}
# Libreswan's names of the groups (its manual, ipsec.conf: dh19 is ecp256).
_LIBRESWAN_ESP = {"aes-256-gcm": "aes_gcm256", "aes-256-cbc": "aes256-sha2_256"}
_LIBRESWAN_GROUP = {"ecp256": "dh19", "modp2048": "modp2048"}
TITLE = "The API of {} inside IPsec, made by the role bastion.routeros.ipsec_api_tunnel. Changes are lost."
# The controller renews first, after three quarters of the time.
_EARLY = (3, 4)


@dataclass(frozen=True)
class Options:
    """What concerns the controller alone.

    `start`: ``trap`` brings the tunnel up with the first packet, ``none`` only answers. `probe`: a connection beside
    the one that is up, which shows whether the ends would agree anew.
    """

    start: str = "trap"
    probe: bool = False

    @staticmethod
    def files(tunnel: Tunnel) -> dict[str, str]:
        """The files besides swanctl.conf, by what they hold."""
        return {
            "authority": f"x509ca/{tunnel.connection}-ca.pem",
            "certificate": f"x509/{tunnel.connection}.pem",
            "key": f"private/{tunnel.connection}.key",
        }


def probe(tunnel: Tunnel) -> str:
    """The name of the connection that only tries; no tunnel's name has that character."""
    return f"{tunnel.connection}_probe"


def swanctl(tunnel: Tunnel, options: Options | None = None) -> str:
    """The file for ``/etc/swanctl/conf.d``: one connection, and the secret when there is one.

    No comment in it tells when it was made, so that the same tunnel gives the same file.
    """
    made = options or Options()
    return "\n".join(_swanctl(tunnel, made)) + "\n"


def _swanctl(tunnel: Tunnel, options: Options) -> Iterator[str]:
    name = probe(tunnel) if options.probe else tunnel.connection
    # strongSwan takes the association that is there for connections that are alike.
    over_time = tunnel.ike_lifetime - _early(tunnel.ike_lifetime) + options.probe
    yield f"# {TITLE.format(tunnel.host)}"
    yield "connections {"
    yield f"  {name} {{"
    yield "    version = 2"
    if tunnel.controller.local:
        yield f"    local_addrs = {tunnel.controller.local}"
    yield f"    remote_addrs = {tunnel.router.outside}"
    yield f"    proposals = aes256-sha256-{tunnel.group}"
    yield f"    rekey_time = {_early(tunnel.ike_lifetime)}s"
    yield f"    over_time = {over_time}s"
    yield f"    dpd_delay = {tunnel.dpd_interval}s"
    yield "    fragmentation = yes"
    yield "    mobike = no"
    yield f"    encap = {'yes' if tunnel.encapsulation else 'no'}"
    yield "    unique = no"
    if tunnel.auth == "certificate":
        yield "    send_cert = always"
    yield "    local {"
    yield from (f"      {line}" for line in _local(tunnel))
    yield "    }"
    yield "    remote {"
    yield from (f"      {line}" for line in _remote(tunnel))
    yield "    }"
    yield "    children {"
    for child, (ours, theirs) in zip(children(tunnel), tunnel.pairs, strict=True):
        yield f"      {child} {{"
        yield f"        local_ts = {theirs}{'[tcp]' if tunnel.captures else ''}"
        yield f"        remote_ts = {ours}{f'[tcp/{tunnel.port}]' if tunnel.captures else ''}"
        yield f"        mode = {tunnel.mode}"
        yield f"        esp_proposals = {_ESP[tunnel.encryption]}-{tunnel.group}"
        yield f"        rekey_time = {_early(tunnel.lifetime)}s"
        yield f"        life_time = {tunnel.lifetime}s"
        yield f"        start_action = {options.start}"
        # The trap stays when a peer is lost or an association closed, and the next packet brings it up again.
        yield "        dpd_action = clear"
        yield "        close_action = none"
        yield "      }"
    yield "    }"
    yield "  }"
    yield "}"
    if tunnel.auth == "psk" and not options.probe:
        yield "secrets {"
        yield f"  ike-{name} {{"
        yield f"    id-1 = {_swanctl_id(tunnel.controller.identity)}"
        yield f"    id-2 = {_swanctl_id(tunnel.router.identity)}"
        # Base64, so that no character of the secret means anything in this file.
        yield f"    secret = 0s{base64.b64encode(tunnel.psk.encode()).decode()}"
        yield "  }"
        yield "}"


def children(tunnel: Tunnel) -> list[str]:
    """The names of the CHILD_SAs, one for each pair of selectors: api, api-2, ..."""
    return [tunnel.name if number == 1 else f"{tunnel.name}-{number}" for number in range(1, len(tunnel.pairs) + 1)]


def _local(tunnel: Tunnel) -> Iterator[str]:
    yield f"id = {_swanctl_id(tunnel.controller.identity)}"
    if tunnel.auth == "psk":
        yield "auth = psk"
        return
    yield "auth = pubkey"
    yield f"certs = {Options.files(tunnel)['certificate'].partition('/')[2]}"


def _remote(tunnel: Tunnel) -> Iterator[str]:
    yield f"id = {_swanctl_id(tunnel.router.identity)}"
    if tunnel.auth == "psk":
        yield "auth = psk"
        return
    yield "auth = pubkey"
    # No other authority that this controller knows may vouch for the router.
    yield f"cacerts = {Options.files(tunnel)['authority'].partition('/')[2]}"


def _swanctl_id(identity: Identity) -> str:
    """strongSwan's notation (its manual, Identity Parsing): explicit types, so that nothing is guessed."""
    if identity.kind == "address":
        return identity.text
    if identity.kind == "key-id":
        return f'"@#{identity.text.encode().hex()}"'
    if identity.kind == "user-fqdn":
        return f'"@@{identity.text}"'
    return f'"@{identity.text}"'


def _early(lifetime: int) -> int:
    return lifetime * _EARLY[0] // _EARLY[1]


# -- Libreswan --------------------------------------------------------------------------------------------------------


def libreswan(tunnel: Tunnel) -> dict[str, str]:
    """Libreswan's files by name: ``NAME.conf``, and ``NAME.secrets`` with a secret. Both for ``/etc/ipsec.d``."""
    name = tunnel.connection
    found = {f"{name}.conf": "\n".join(_libreswan(tunnel)) + "\n"}
    if tunnel.auth == "psk":
        ids = f"{_libreswan_id(tunnel.controller.identity)} {_libreswan_id(tunnel.router.identity)}"
        found[f"{name}.secrets"] = f"{ids} : PSK 0s{base64.b64encode(tunnel.psk.encode()).decode()}\n"
    return found


def _libreswan(tunnel: Tunnel) -> Iterator[str]:
    name = tunnel.connection
    yield f"# {TITLE.format(tunnel.host)}"
    for child, (ours, theirs) in zip(children(tunnel), tunnel.pairs, strict=True):
        yield f"conn {name}{child.removeprefix(tunnel.name)}"
        yield "    ikev2=insist"
        yield f"    type={tunnel.mode}"
        yield f"    left={tunnel.controller.local or '%defaultroute'}"
        yield f"    leftid={_libreswan_id(tunnel.controller.identity)}"
        yield f"    right={tunnel.router.outside}"
        yield f"    rightid={_libreswan_id(tunnel.router.identity)}"
        if tunnel.mode == "tunnel":
            yield f"    leftsubnet={theirs}"
            yield f"    rightsubnet={ours}"
            # Without it what this host says would leave from its address outside, and so not through the tunnel.
            if theirs in tunnel.controller.inside:
                yield f"    leftsourceip={theirs.partition('/')[0]}"
        if tunnel.captures:
            yield "    leftprotoport=tcp/%any"
            yield f"    rightprotoport=tcp/{tunnel.port}"
        if tunnel.auth == "psk":
            yield "    authby=secret"
        else:
            yield "    authby=rsasig"
            # The nickname that the certificate has in Libreswan's database.
            yield f"    leftcert={name}"
            yield "    rightca=%same"
            yield "    leftsendcert=always"
        group = _LIBRESWAN_GROUP[tunnel.group]
        yield f"    ike=aes256-sha2_256-{group}"
        # With "-" a group behind GCM would be taken for a hash (seen with Libreswan 4.10).
        yield f"    esp={_LIBRESWAN_ESP[tunnel.encryption]};{group}"
        yield "    pfs=yes"
        yield f"    ikelifetime={tunnel.ike_lifetime}s"
        yield f"    salifetime={tunnel.lifetime}s"
        yield "    rekey=yes"
        yield f"    dpddelay={tunnel.dpd_interval}"
        yield "    mobike=no"
        yield f"    encapsulation={'yes' if tunnel.encapsulation else 'auto'}"
        yield "    auto=ondemand"


def _libreswan_id(identity: Identity) -> str:
    if identity.kind == "address":
        return identity.text
    if identity.kind == "key-id":
        return f"@#{identity.text.encode().hex()}"
    return identity.text if identity.kind == "user-fqdn" else f"@{identity.text}"
