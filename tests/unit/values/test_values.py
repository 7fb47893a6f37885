# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical forms: what users write, what routers read back, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.values import BadValue, kind

FLAGS = "tcp-flags fin syn rst psh ack urg ece cwr"
STATES = "!flagset invalid established related new untracked"


@pytest.mark.parametrize(
    ("expression", "given", "written"),
    [
        ("bool", True, "true"),
        ("bool", "No", "false"),
        ("enum auto yes no", True, "yes"),
        ("enum auto yes no", False, "no"),
        ("enum 1024 2048", 2048, "2048"),
        ("enum MD5 SHA1", "sha1", "SHA1"),
        ("int 0..63", "0063", "63"),
        ("int", "0x1818", "0x1818"),
        ("int-or-keyword any 0..65535", "ANY", "any"),
        ("string", "  kept as it is ", "  kept as it is "),
        ("string", 100, "100"),
        ("string", "", ""),
        ("duration", "00:01:00", "1m"),
        ("duration", 90, "1m30s"),
        ("duration", "7d", "1w"),
        ("duration", "1d00:00:01", "1d1s"),
        ("duration", "35w3d13:13:56", "35w3d13h13m56s"),
        ("duration", "0", "0s"),
        ("duration", "1500ms", "1s500ms"),
        ("duration", "00:00:00.25", "250ms"),
        ("duration-or-keyword disable-dpd ..3600", "disable-dpd", "disable-dpd"),
        ("list-timeout", 0, "none-dynamic"),
        ("list-timeout", "1d", "1d"),
        ("datetime", "Mar/10/2033 17:57:09", "2033-03-10 17:57:09"),
        ("datetime startup", "startup", "startup"),
        ("size", "2048", "2048KiB"),
        ("size", "2MiB", "2048KiB"),
        ("size", "100B", "100B"),
        ("mac", "48a98a010203", "48:A9:8A:01:02:03"),
        ("!mac", "!48-a9-8a-01-02-03", "!48:A9:8A:01:02:03"),
        ("!protocol", "6", "tcp"),
        ("!protocol", 253, "253"),
        ("protocol all", "all", "all"),
        ("!reference", "!WAN", "!WAN"),
        ("ip4-range", "192.0.2.1/32", "192.0.2.1"),
        ("ip4-range", "192.168.0.0-192.168.1.255", "192.168.0.0/23"),
        ("ip4-range", "192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"),
        ("ip4-range", "192.0.2.1-192.0.2.1", "192.0.2.1"),
        ("ip4-range", "192.0.2.0/255.255.255.0", "192.0.2.0/24"),
        ("!ip4-range", "!10.0.0.0/8", "!10.0.0.0/8"),
        ("ip6-prefix", "2001:DB8:0:0::1", "2001:db8::1/128"),
        ("ip6-prefix", "::FFFF:0:0/96", "::ffff:0.0.0.0/96"),
        ("ip-prefix", "192.0.2.1", "192.0.2.1/32"),
        ("ip-prefix", "2001:db8::/32", "2001:db8::/32"),
        ("ip-prefix-or-dns-name", "vpn.example.net.", "vpn.example.net"),
        ("ip4-range-or-dns-name", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("interface-address", "192.0.2.1/24", "192.0.2.1/24"),
        ("ip", "2001:DB8::1", "2001:db8::1"),
        ("ip6", "fe80::1%ether1", "fe80::1%ether1"),
        ("ip none", "None", "none"),
        ("host", "ntp.example.net", "ntp.example.net"),
        ("list ip-prefix", ["10.0.0.0/8", "2001:db8::1", "10.0.0.0/8"], "10.0.0.0/8,2001:db8::1/128"),
        ("list ip-prefix", [], ""),
        ("ordered host", "192.0.2.2, 192.0.2.1", "192.0.2.2,192.0.2.1"),
        ("list int", 8080, "8080"),
        ("list !enum auth http", ["auth", "!http"], "auth,!http"),
        (STATES, "new,established", "established,new"),
        (STATES, ["!new", "!invalid"], "!invalid,new"),
        (STATES, ["!new", "invalid"], "!invalid,new"),
        ("!flagset hop dst :exact :contains", "dst,hop:exact", "hop,dst:exact"),
        ("!port-list", 8729, "8729"),
        ("!port-list", ["8000 - 8010", 22, "22-22"], "8000-8010,22"),
        ("!port-list", "!22,23", "!22,23"),
        (FLAGS, "ack,!syn,fin", "fin,ack,!syn"),
        (FLAGS, ["!", "ack", "!syn"], "!,ack,!syn"),
        ("topics", "system,!debug,firewall,!info", "system,firewall,!debug,!info"),
        ("!limit", "5,10", "5,10:packet"),
        ("!limit", "5/1s,10:bit", "5,10:bit"),
        ("!limit", "!50/5s,2:packet", "!50/5s,2:packet"),
        ("dst-limit", "32/1s,32,src-and-dst-addresses/00:00:10", "32,32,src-and-dst-addresses/10s"),
        ("dst-limit", "2/1m,5,src-address/100", "2/1m,5,src-address/1m40s"),
        ("!time", "08:00:00-17:00:00,fri,mon", "8h-17h,mon,fri"),
        ("!time", "0-1d", "0s-1d,sun,mon,tue,wed,thu,fri,sat"),
        ("!icmp-options", "8", "8:0-255"),
        ("!icmp-options", "8:0", "8:0"),
        ("psd", "21,00:00:03,3,1", "21,3s,3,1"),
        ("!range", "100-100", "100"),
        ("open-range", "500000-0", "500000-0"),
        ("comparison", "equal:1", "equal:1"),
        ("ipsec-policy", "in,ipsec", "in,ipsec"),
        ("list subject-alt-name", ["dns:router.example", "ip:192.0.2.1"], "DNS:router.example,IP:192.0.2.1"),
        ("peer-id auto dn", "fqdn:router.example", "fqdn:router.example"),
        ("user-name", "automation@site-1", "automation@site-1"),
    ],
)
def test_written(expression: str, given: object, written: str) -> None:
    one = kind(expression)
    assert one.write(given) == written
    assert one.write(written) == written


@pytest.mark.parametrize(
    ("expression", "written", "read"),
    [
        ("bool", "true", "yes"),
        ("int", "6168", "0x1818"),
        ("duration", "1w", "7d"),
        ("duration", "1m", "00:01:00"),
        ("list-timeout", "none-dynamic", "0s"),
        ("datetime", "2033-03-10 17:57:09", "mar/10/2033 17:57:09"),
        ("size", "1024KiB", "1024.0KiB"),
        ("mac", "48:A9:8A:01:02:03", "48:a9:8a:01:02:03"),
        ("!protocol", "!tcp", "!6"),
        ("ip4-range", "192.168.0.0/23", "192.168.0.0-192.168.1.255"),
        ("ip4-range", "192.0.2.1", "192.0.2.1/32"),
        ("ip4-range", "203.0.113.0/24", "203.0.113.77/24"),
        ("ip6-prefix", "2001:db8::1/128", "2001:DB8:0::1"),
        ("list ip-prefix", "192.0.2.1/32,2001:db8::/32", "2001:db8::/32,192.0.2.1"),
        ("host", "Router.Example", "router.example"),
        (STATES, "established,related", "related,established"),
        (STATES, "!established,related", "!related,established"),
        ("!port-list", "22,23", "23,22,22"),
        ("topics", "firewall,!debug", "!debug,firewall"),
        (FLAGS, "fin,!syn", "!syn,fin"),
        ("!limit", "5,10:packet", "5/1s,10"),
        ("dst-limit", "2/1m,5,src-address/1m40s", "2/00:01:00,5,src-address/100s"),
        ("!time", "8h-17h,mon,tue", "08:00:00-17:00:00,tue,mon"),
        ("!icmp-options", "8:0-255", "8"),
        ("policies read write api", "read,api,!write", "api,read"),
        ("string", "a\nb", "a\r\nb"),
        ("list subject-alt-name", "DNS:a.example,IP:2001:db8::1", "IP:2001:DB8:0::1,DNS:A.example"),
    ],
)
def test_compares_equal(expression: str, written: str, read: str) -> None:
    assert kind(expression).key(written) == kind(expression).key(read)


@pytest.mark.parametrize(
    ("expression", "one", "other"),
    [
        ("bool", "true", "false"),
        ("string", "yes", "true"),
        ("enum yes no", "yes", "true"),
        ("duration", "1m", "1s"),
        ("ip4-range", "192.0.2.0/24", "192.0.2.0"),
        ("ip-prefix", "::/0", "0.0.0.0/0"),
        ("!ip4-range", "192.0.2.1", "!192.0.2.1"),
        (STATES, "new", "!new"),
        ("list ip-prefix", "10.0.0.0/8", "10.0.0.0/8,192.0.2.0/24"),
        ("ordered host", "192.0.2.1,192.0.2.2", "192.0.2.2,192.0.2.1"),
        ("!port-list", "22", "22-23"),
        (FLAGS, "syn", "!syn"),
        (FLAGS, "!,syn", "syn"),
        ("!limit", "5,10:packet", "5,10:bit"),
        ("dst-limit", "1,5,src-address", "1,5,dst-address"),
        ("policies read write", "read,!write", "read,write"),
        ("reference", "*1F", "main"),
    ],
)
def test_compares_different(expression: str, one: str, other: str) -> None:
    assert kind(expression).key(one) != kind(expression).key(other)


@pytest.mark.parametrize(
    ("expression", "text", "shown"),
    [
        ("bool", "true", True),
        ("bool", "false", False),
        ("int", "8729", 8729),
        ("int", "2048KiB", "2048KiB"),
        ("list ip-prefix", "10.0.0.0/8,192.0.2.1/32", ["10.0.0.0/8", "192.0.2.1/32"]),
        ("list ip-prefix", "", []),
        ("!port-list", "22,8000-8010", [22, "8000-8010"]),
        ("!port-list", "!22,23", "!22,23"),
        (STATES, "established,related", ["established", "related"]),
        ("policies read write", "read,!write", ["read"]),
        ("string", "yes", "yes"),
        ("string", "10", "10"),
        ("topics", "firewall,!debug", ["firewall", "!debug"]),
        ("enum yes no", "yes", "yes"),
        ("duration", "1m", "1m"),
    ],
)
def test_shown(expression: str, text: str, shown: object) -> None:
    found = kind(expression).show(text)
    assert found == shown
    assert type(found) is type(shown)


REFUSED: list[tuple[str, Any, str]] = [
    ("bool", 1, "expected yes or no, got '1'"),
    ("bool", None, "expected yes or no, got nothing (null)"),
    ("int 1..65535", "70000", "expected a whole number from 1 to 65535, got '70000'"),
    ("int 1..65535", 0, "expected a whole number from 1 to 65535, got '0'"),
    (
        "int ..4094",
        True,
        "expected a whole number of at most 4094, got the boolean true; quote the word in YAML if it was meant as text",
    ),
    ("int", "1.5", "expected a whole number, got '1.5'"),
    ("int-or-keyword any 0..65535", "all", "expected a whole number from 0 to 65535 or any, got 'all'"),
    ("enum udp tcp tls", "tpc", "expected one of udp, tcp, tls, got 'tpc'; did you mean tcp?"),
    ("enum auto no", ["auto"], "expected one of auto, no, got a list"),
    ("string", True, "expected text, got the boolean true; quote the word in YAML"),
    ("string", {"a": 1}, "expected text, got a dictionary"),
    ("string ..31", "x" * 32, f"expected text of at most 31 characters, got 32: '{'x' * 32}'"),
    ("string", "a\0", "text cannot hold a NUL character"),
    ("duration", "abc", "expected a duration such as 30s, 1h30m or 00:01:00, got 'abc'"),
    ("duration 1m..1d", "30s", "expected a duration such as 30s, 1h30m or 00:01:00 from 1m to 1d, got '30s'"),
    (
        "list-timeout",
        "36w",
        "expected a duration such as 30s, 1h30m or 00:01:00 up to 35w3d13h13m56s, or none-dynamic or none-static, got "
        "'36w'",
    ),
    (
        "datetime",
        "2033-13-01",
        "expected a date and time such as 2033-03-10 17:57:09, or one of the two, got '2033-13-01'",
    ),
    ("size", "big", "expected a size such as 2048KiB or 16MiB, got 'big'"),
    ("mac", "48:A9", "expected a MAC address such as 48:A9:8A:01:02:03, got '48:A9'"),
    ("protocol", "300", "expected a protocol such as tcp, udp or icmp, or its number, got '300'"),
    (
        "reference",
        "",
        "expected a name, got ''; leave the option out, or set it to null, to have it cleared",
    ),
    (
        "!ip4-range",
        "203.0.113.77/24",
        "203.0.113.77/24 has host bits set; the network is 203.0.113.0/24 (or name the host alone, without a mask)",
    ),
    (
        "ip6-prefix",
        "2001:db8::1/64",
        "2001:db8::1/64 has host bits set; the network is 2001:db8::/64 (or name the host alone, without a mask)",
    ),
    (
        "ip4-range-or-dns-name",
        "203.0.113.1-254",
        "expected an IPv4 address, prefix or range or a DNS name such as 192.0.2.0/24, got '203.0.113.1-254'; write "
        "the range in full: 203.0.113.1-203.0.113.254",
    ),
    ("ip4-range", "192.0.2.9-192.0.2.1", "the range 192.0.2.9-192.0.2.1 ends before it starts"),
    (
        "ip4-range",
        "2001:db8::/32",
        "expected an IPv4 address, prefix or range such as 192.0.2.0/24, got '2001:db8::/32'; that is IPv6",
    ),
    (
        "ip6-prefix",
        "192.0.2.1-192.0.2.2",
        "expected an IPv6 address or prefix such as 2001:db8::/32, got '192.0.2.1-192.0.2.2'; ranges are not taken "
        "here; name prefixes",
    ),
    (
        "list ip-prefix",
        ["10.0.0.0/8", "router.example"],
        "expected an IP address or prefix such as 192.0.2.0/24 or 2001:db8::/32, got 'router.example'; names are not "
        "taken here",
    ),
    (
        "ip-prefix",
        "10.0.0.0/0.0.0.255",
        "expected an IP address or prefix such as 192.0.2.0/24 or 2001:db8::/32, got '10.0.0.0/0.0.0.255'",
    ),
    ("ip", "10.0.0.0/8", "expected an IP address, got '10.0.0.0/8'; no mask is taken here"),
    ("ip4", "2001:db8::1", "expected an IPv4 address, got '2001:db8::1'; that is IPv6"),
    ("list ip-prefix", [["10.0.0.0/8"]], "expected a list, got a list; inside the list"),
    (
        STATES,
        ["new", "!invalid"],
        "a '!' negates the whole value, so new, !invalid cannot mix negated and plain items; negate all of them or "
        "none",
    ),
    (STATES, [], "a matcher cannot be empty; leave the option out, or set it to null, to have it cleared"),
    (
        STATES,
        "establish",
        "expected some of invalid, established, related, new, untracked, got 'establish'; did you mean established?",
    ),
    ("flagset =all ipsec www", "all,www", "all stands alone: it cannot be combined with other words"),
    (
        "!port-list",
        "22,70000",
        "port 70000 is out of range: ports from 0 to 65535, alone, as ranges or as a list of those, such as 8729 or "
        "8000-8100,8729",
    ),
    ("!port-list", "23-22", "the port range 23-22 ends before it starts"),
    (FLAGS, "ack,!ack", "ack is both asked for and excluded"),
    ("topics", "Fire wall", "expected a list of log topics such as firewall, or !debug, got 'Fire wall'"),
    (
        "!limit",
        "1000,5",
        "1000,5: the bucket is refilled every 10 ms, so a burst below a hundredth of the rate per second would starve "
        "the limit",
    ),
    (
        "dst-limit",
        "5,10,src-and-dst-address",
        "expected a mode out of dst-address, dst-address-and-port, src-address, src-and-dst-addresses, "
        "addresses-and-dst-port, got 'src-and-dst-address'; did you mean src-and-dst-addresses?",
    ),
    (
        "dst-limit",
        "5,10",
        "expected a dst-limit such as 5,10,src-address/1m40s (rate[/time],burst,mode[/expire]), got '5,10'",
    ),
    (
        "list subject-alt-name",
        "router.example",
        "expected a subject alternative name such as DNS:router.example.net, IP:192.0.2.1 or email:noc@example.net, "
        "got 'router.example'",
    ),
    ("list reference", ["a,b"], "an item of a list cannot hold a comma: 'a,b'"),
    (
        "user-name",
        "-x",
        "expected a user name (letters, digits and _ . # - @; it begins with neither . nor - and ends with a letter or "
        "digit), got '-x'",
    ),
]


@pytest.mark.avoided(85)
@pytest.mark.parametrize(("expression", "given", "message"), REFUSED)
def test_refused(expression: str, given: object, message: str) -> None:
    with pytest.raises(BadValue) as caught:
        kind(expression).write(given)
    assert str(caught.value) == message
