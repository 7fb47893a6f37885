# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of a firewall filter rule, for IPv4 and IPv6 together."""

from __future__ import annotations


class ModuleDocFragment:
    """Brings O(rules) with the properties of C(/ip/firewall/filter) and C(/ipv6/firewall/filter)."""

    DOCUMENTATION = r"""
options:
  rules:
    type: list
    elements: dict
    suboptions:
      action:
        description:
          - What happens to a packet that matches. RouterOS would take V(accept) for a rule that names none; here it
            has to be said.
          - V(add-src-to-address-list), V(add-dst-to-address-list), V(log) and V(passthrough) let the packet go on to
            the next rule.
          - V(return) leaves the ruleset. V(tarpit) is IPv4 only; V(fasttrack-connection) is for forward and, in IPv6,
            since 7.18.
        type: str
        required: true
        choices:
          - accept
          - add-dst-to-address-list
          - add-src-to-address-list
          - drop
          - fasttrack-connection
          - jump
          - log
          - passthrough
          - reject
          - return
          - tarpit
      comment:
        description: "Text; stored as C(bastion/RULESET: text). It names the rule in diffs and in RouterOS's own
          tools."
        type: str
      disabled:
        description: Keeps the rule without letting it act.
        type: bool
        default: false
      family:
        description: Keeps this one rule to V(ipv4) or V(ipv6) when the ruleset is for both.
        type: str
        choices: [ipv4, ipv6]
      jump_target:
        description: Chain to go to, with O(rules[].action=jump). A chain without rules is entered and left again.
        type: str
      reject_with:
        description:
          - The answer, with O(rules[].action=reject). RouterOS answers V(icmp-network-unreachable) when none is named
            in IPv4.
          - V(tcp-reset), V(icmp-port-unreachable) and V(icmp-admin-prohibited) exist in both families.
            V(icmp-no-route), V(icmp-not-neighbour), V(icmp-address-unreachable), V(icmp-err-src-routing-header) and
            V(icmp-headers-too-long) are IPv6 only, the others IPv4 only.
        type: str
        choices:
          - icmp-address-unreachable
          - icmp-admin-prohibited
          - icmp-err-src-routing-header
          - icmp-headers-too-long
          - icmp-host-prohibited
          - icmp-host-unreachable
          - icmp-net-prohibited
          - icmp-network-unreachable
          - icmp-no-route
          - icmp-not-neighbour
          - icmp-port-unreachable
          - icmp-protocol-unreachable
          - tcp-reset
      address_list:
        description: List to add to, with the two C(add-...-to-address-list) actions. It comes into being with its
          first entry.
        type: str
      address_list_timeout:
        description:
          - How long the address stays there, such as V(1d) or V(10m), at most V(35w3d13h13m56s). Every new match
            starts it again.
          - V(none-dynamic), RouterOS's default, keeps it until the next reboot. V(none-static) writes it into the
            configuration, which then grows for ever.
        type: str
      log:
        description: Also write a line to the log under the topic C(firewall).
        type: bool
        default: false
      log_prefix:
        description: Text in front of the log line, at most 31 characters.
        type: str
      protocol:
        description: Name or number, such as V(tcp), V(udp), V(icmp), V(icmpv6) or V(!tcp). Ports, flags and ICMP
          options need it.
        type: str
      src_address:
        description: Where the packet comes from. An address or prefix of either family, or an IPv4 range
          V(192.0.2.10-192.0.2.20). No host bits.
        type: str
      dst_address:
        description: Where the packet goes to, in the forms of O(rules[].src_address).
        type: str
      src_address_list:
        description:
          - Address list that the source must be in, or with V(!) must not be in. There is one list of that name for
            each family.
          - A missing list is an empty list, without an error from the router.
        type: str
      dst_address_list:
        description: The same for the destination.
        type: str
      src_port:
        description: Ports and port ranges. Needs tcp, udp, udp-lite, dccp or sctp as O(rules[].protocol).
        type: list
        elements: str
      dst_port:
        description: Ports and port ranges, such as V(8729) or V(8728-8729), like O(rules[].src_port).
        type: list
        elements: str
      port:
        description: Source or destination port, like O(rules[].src_port).
        type: list
        elements: str
      connection_state:
        description: V(new), V(established), V(related), V(invalid), V(untracked).
        type: list
        elements: str
      connection_nat_state:
        description: V(srcnat), V(dstnat) and, in IPv4 only, V(ein-snat) and V(ein-dnat).
        type: list
        elements: str
      limit:
        description:
          - V(RATE[/TIME],BURST:packet) or C(:bit), such as V(5,10:packet) or V(50/5s,2:packet). TIME is one second
            when left out.
          - One bucket for the whole rule, shared by everybody. For a rate per source use O(rules[].dst_limit).
          - The rule matches while the rate holds; above it the packet meets the next rule, so an accept with a limit
            needs a drop behind it.
        type: str
      dst_limit:
        description:
          - V(RATE[/TIME],BURST,MODE[/EXPIRE]), such as V(5,10,src-address/1m40s). One bucket for each flow. In other
            respects like O(rules[].limit).
          - MODE is C(src-address) (a rate per source), C(dst-address), C(dst-address-and-port),
            C(src-and-dst-addresses) or C(addresses-and-dst-port). EXPIRE is the idle time after which a flow is
            forgotten.
          - Counts packets; with O(rules[].connection_state=new) these are new connections. Takes no V(!).
        type: str
      connection_limit:
        description: V(COUNT,PREFIX-LENGTH), such as V(20,32). Matches from COUNT tracked connections of one address
          or block on. Costly; use it with V(new).
        type: str
      in_interface:
        description: Interface that the packet came in by. Unknown interfaces are refused.
        type: str
      out_interface:
        description: Interface that the packet leaves by.
        type: str
      in_interface_list:
        description: Interface list that the packet came in by. Unknown lists are refused.
        type: str
      out_interface_list:
        description: Interface list that the packet leaves by.
        type: str
      in_bridge_port:
        description: Bridge port that the packet came in by.
        type: str
      out_bridge_port:
        description: Bridge port that the packet leaves by.
        type: str
      in_bridge_port_list:
        description: Interface list of bridge ports that the packet came in by.
        type: str
      out_bridge_port_list:
        description: Interface list of bridge ports that the packet leaves by.
        type: str
      ipsec_policy:
        description: V(in,ipsec) came through IPsec, V(in,none) did not; V(out,...) for packets that leave.
        type: str
        choices: ['in,ipsec', 'in,none', 'out,ipsec', 'out,none']
      tcp_flags:
        description: V(fin), V(syn), V(rst), V(psh), V(ack), V(urg), V(ece), V(cwr). Each word may carry its own V(!),
          as in V([syn, '!ack']).
        type: list
        elements: str
      icmp_options:
        description: V(TYPE[:CODE]), such as V(8:0).
        type: str
      src_address_type:
        description: V(unicast), V(local), V(broadcast), V(multicast), V(blackhole); in IPv6 V(unicast), V(local),
          V(anycast), V(multicast), V(unreachable).
        type: list
        elements: str
      dst_address_type:
        description: The same for the destination.
        type: list
        elements: str
      src_mac_address:
        description: MAC address of the neighbour that sent the packet.
        type: str
      connection_mark:
        description: Connection mark, V(no-mark) for none.
        type: str
      packet_mark:
        description: Packet mark, V(no-mark) for none.
        type: str
      routing_mark:
        description: Routing table mark.
        type: str
      connection_type:
        description: Connections found by a helper. V(ftp), V(pptp), V(h323), V(sip), V(irc), V(quake3) or V(tftp).
        type: str
      connection_bytes:
        description: V(FROM-TO) bytes of the connection so far; TO is V(0) for no upper bound.
        type: str
      connection_rate:
        description: V(FROM-TO) present rate of the connection.
        type: str
      content:
        description: Text in a single packet. Blind to TLS, so no means of access control.
        type: str
      tls_host:
        description: Pattern for the TLS server name. Misses a split hello, QUIC and encrypted hellos, so no means of
          access control.
        type: str
      layer7_protocol:
        description: IPv4 only. Name of a pattern of C(/ip/firewall/layer7-protocol). Costly, and blind to TLS.
        type: str
      psd:
        description: IPv4 only. Port scan detection V(WEIGHT,DELAY,LOW-PORT-WEIGHT,HIGH-PORT-WEIGHT), such as
          V(21,3s,3,1).
        type: str
      hotspot:
        description: IPv4 only. V(from-client), V(auth), V(local-dst), V(to-client), V(http), each with its own V(!).
        type: list
        elements: str
      ipv4_options:
        description: IPv4 only. IP options of the packet.
        type: str
        choices:
          - any
          - loose-source-routing
          - no-record-route
          - no-router-alert
          - no-source-routing
          - no-timestamp
          - none
          - record-route
          - router-alert
          - strict-source-routing
          - timestamp
      fragment:
        description: IPv4 only. Second and later fragments.
        type: bool
      ttl:
        description: IPv4 only. V(equal), V(not-equal), V(less-than) or V(greater-than), then V(:0..255), such as
          V(equal:1).
        type: str
      realm:
        description: IPv4 only. Routing realm.
        type: str
      headers:
        description: IPv6 only. Extension headers V(hop), V(dst), V(route), V(frag), V(ah), V(esp), V(none), V(proto),
          with C(:exact) or C(:contains) after the last.
        type: list
        elements: str
      hop_limit:
        description: IPv6 only. As O(rules[].ttl).
        type: str
      dscp:
        description: V(0) to V(63).
        type: str
      tos:
        description: V(VALUE[/MASK]). Since 7.21.
        type: str
      priority:
        description: V(0) to V(63).
        type: str
      ingress_priority:
        description: V(0) to V(63).
        type: str
      packet_size:
        description: V(MIN[-MAX]) bytes.
        type: str
      tcp_mss:
        description: V(MIN[-MAX]).
        type: str
      time:
        description: V(START-END,DAYS) by the router's clock and time zone, such as V(8h-17h,mon,tue,wed,thu,fri).
        type: str
      random:
        description: Matches with this probability in percent, V(1) to V(99).
        type: int
      nth:
        description: V(EVERY[,PACKET]).
        type: str
      per_connection_classifier:
        description: V(VALUES:DENOMINATOR/REMAINDER).
        type: str
      hw_offload:
        description: IPv4 only, with O(rules[].action=fasttrack-connection). Until 7.20.
        type: bool
"""
