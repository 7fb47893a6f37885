# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log lines of both ends and what is made of them: real texts, and the one that tells most wins."""

from __future__ import annotations

import pytest
from ansible_collections.bastion.routeros.plugins.filter.ipsec import ipsec_advice
from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.advice import (
    FAILURES,
    LONGEST,
    advice,
    advices,
    explain,
)
from hypothesis import given
from hypothesis import strategies as st

# RouterOS: its manual (IPsec, Troubleshooting), and logs that users have shown.
ROUTEROS = [
    ("ipsec,error got fatal error: AUTHENTICATION_FAILED", "authentication_failed"),
    ("ipsec reply notify: AUTHENTICATION_FAILED", "authentication_failed"),
    ("ipsec,error identity not found for responder: ADDR4:8.215.24.90 peer: ADDR4:34.101.118.166", "id_mismatch"),
    ("ipsec,error peer's ID does not match certificate", "id_mismatch"),
    (
        "certificate signature failure(7) at depth:0 cert:CN=192.0.2.1,C=,ST=,L=,O=IKEv2 VPN,OU=,SN=",
        "certificate_foreign",
    ),
    ("ipsec,error unable to get local issuer certificate(20) at depth:0 cert:CN=controller", "certificate_foreign"),
    ("ipsec,error certificate has expired(10) at depth:0 cert:CN=controller", "certificate_expired"),
    ("ipsec,error can't verify peer's certificate from store", "certificate_unknown"),
    ("ipsec,error 192.168.1.15 parsing packet failed, possible cause: wrong password", "wrong_secret"),
    ("17:12:32 ipsec,error no suitable proposal found.", "no_proposal"),
    ("17:12:32 ipsec,error 10.5.107.112 failed to get valid proposal.", "no_proposal"),
    ("17:12:32 ipsec,error 10.5.107.112 failed to pre-process ph1 packet (side: 1, status 1).", "no_proposal"),
    ("ipsec,error 10.5.107.112 failed to pre-process ph2 packet.", "no_child_proposal"),
    ("ipsec,error 10.5.107.112 fatal NO-PROPOSAL-CHOSEN notify message, phase1 should be deleted.", "no_proposal"),
    ("ipsec reply notify: TS_UNACCEPTABLE", "ts_unacceptable"),
    ("ipsec,error no policy found/generated", "ts_unacceptable"),
    ("ipsec,error got fatal error: INVALID_KE_PAYLOAD", "invalid_ke"),
    (
        "ipsec,error phase1 negotiation failed due to time up 192.0.2.1[500]<=>198.51.100.7[500] f24f2cd:07a735b",
        "no_answer",
    ),
]
# strongSwan 5.9, libcharon and libstrongswan.
CHARON = [
    ("[IKE] tried 1 shared key for 'controller' - 'router', but MAC mismatched", "wrong_secret"),
    ("[IKE] tried 2 shared keys for 'controller' - 'router', but MAC mismatched", "wrong_secret"),
    ("[IKE] no shared key found for 'controller' - 'router'", "no_secret"),
    ("[IKE] received AUTHENTICATION_FAILED notify error", "authentication_failed"),
    ("[IKE] IDir 'other.example.net' does not match to 'router.example.net'", "id_mismatch"),
    ("[CFG] no matching peer config found", "id_mismatch"),
    ("[CFG] constraint check failed: identity 'router.example.net' required ", "id_mismatch"),
    ('[CFG] no issuer certificate found for "CN=router"', "certificate_foreign"),
    ('[CFG]   self-signed certificate "CN=router" is not trusted', "certificate_foreign"),
    ("[IKE] no trusted ECDSA public key found for 'router'", "certificate_unknown"),
    (
        "[CFG] subject certificate invalid (valid from Jan 01 00:00:00 2020 to Jan 02 00:00:00 2020)",
        "certificate_expired",
    ),
    ("[IKE] no private key found for 'controller'", "no_private_key"),
    ("[IKE] received NO_PROPOSAL_CHOSEN notify error", "no_proposal"),
    ("[CFG] received proposals unacceptable", "no_proposal"),
    ("[IKE] received proposals unacceptable", "no_proposal"),
    ("[IKE] received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built", "no_child_proposal"),
    ("[IKE] no acceptable proposal found", "no_child_proposal"),
    ("[IKE] no IKE config found for 192.0.2.1...192.0.2.2, sending NO_PROPOSAL_CHOSEN", "unknown_peer"),
    ("[IKE] received TS_UNACCEPTABLE notify, no CHILD_SA built", "ts_unacceptable"),
    ("[IKE] traffic selectors 10.8.0.2/32 === 10.9.0.1/32 unacceptable", "ts_unacceptable"),
    ("[IKE] requested DH group ECP_256 not contained in any of our proposals", "invalid_ke"),
    ("[IKE] giving up after 5 retransmits", "no_answer"),
    ("[IKE] establishing IKE_SA failed, peer not responding", "no_answer"),
    ("[ESP] ESP decryption or ICV verification failed", "packets_refused"),
    ("[IKE] EAP method EAP_MSCHAPV2 failed for peer 192.0.2.7", "eap_failed"),
    ("[CFG] constraint requires public key authentication, but pre-shared key was used", "method_mismatch"),
    ("[IKE] unable to resolve router.example.invalid, initiate aborted", "unknown_name"),
]


@pytest.mark.parametrize(("line", "failure"), [*ROUTEROS, *CHARON])
def test_a_line_tells_its_failure(line: str, failure: str) -> None:
    found = explain(f"something before\n{line}\nsomething behind")
    assert found is not None
    assert (found.failure, found.line) == (failure, line.strip())
    assert found.check
    assert str(found).startswith(f"{found.problem}. Look at: {found.check[0]}")


def test_each_failure_has_words_of_its_own() -> None:
    assert len({advice(failure).problem for failure in FAILURES}) == len(FAILURES) == len(set(FAILURES))
    told = {failure for _line, failure in [*ROUTEROS, *CHARON]}
    assert set(FAILURES) - told == {"certificate_revoked", "no_traffic"}


@pytest.mark.parametrize(
    ("lines", "failures"),
    [
        # A wrong secret as the two ends tell it.
        (
            "[IKE] tried 1 shared key for 'a' - 'b', but MAC mismatched\n"
            "[IKE] received AUTHENTICATION_FAILED notify error",
            ["wrong_secret", "authentication_failed"],
        ),
        # An expired certificate, the end that looks at it.
        (
            "certificate has expired(10) at depth:0 cert:CN=x\ncan't verify peer's certificate from store\n"
            "reply notify: AUTHENTICATION_FAILED",
            ["certificate_expired", "certificate_unknown", "authentication_failed"],
        ),
        (
            "[CFG] subject certificate invalid (valid from Jan 01 to Jan 02)\n"
            "[IKE] no trusted RSA public key found for 'router'",
            ["certificate_expired", "certificate_unknown"],
        ),
        # A foreign CA.
        (
            '[CFG] no issuer certificate found for "CN=x"\n[CFG]   issuer is "CN=other"\n'
            "[IKE] no trusted RSA public key found for 'router'",
            ["certificate_foreign", "certificate_unknown"],
        ),
        (
            "unable to get local issuer certificate(20) at depth:0 cert:CN=x\n"
            "can't verify peer's certificate from store",
            ["certificate_foreign", "certificate_unknown"],
        ),
        # Another way to prove oneself than the other end wants.
        (
            "[CFG] constraint requires public key authentication, but pre-shared key was used\n"
            "[CFG] selected peer config 'controller' unacceptable: non-matching authentication done\n"
            "[CFG] no alternative config found\n[IKE] no matching peer config found",
            ["method_mismatch", "id_mismatch"],
        ),
        # The wrong id, one end of it.
        (
            "identity not found for responder: FQDN: a peer: FQDN: b\nreply notify: AUTHENTICATION_FAILED",
            ["id_mismatch", "authentication_failed"],
        ),
    ],
)
def test_what_tells_more_comes_first(lines: str, failures: list[str]) -> None:
    assert [each.failure for each in advices(lines)] == failures
    assert [each.failure for each in advices("\n".join(reversed(lines.splitlines())))] == failures


# A connection that comes up, as charon logs it with cfg = 2: most of it sounds worse than it is.
HEALTHY = """\
[CFG] selecting proposal:
[CFG]   no acceptable ENCRYPTION_ALGORITHM found
[CFG] selecting proposal:
[CFG]   proposal matches
[IKE] peer didn't accept DH group MODP_2048, it requested ECP_256
[IKE] DH group MODP_2048 unacceptable, requesting ECP_256
[CFG] looking for peer configs matching 192.0.2.2[router]...192.0.2.1[controller]
[CFG] selected peer config 'controller'
[IKE] authentication of 'controller' with ECDSA_WITH_SHA256_DER successful
[CFG]   reached self-signed root ca with a path length of 0
[CFG]   using trusted ca certificate "CN=tunnels"
[IKE] IKE_SA controller[1] established between 192.0.2.2[router]...192.0.2.1[controller]
[IKE] CHILD_SA api{1} established with SPIs c1 c2 and TS 10.7.0.1/32 === 10.8.0.2/32
[IKE] received retransmit of request with ID 0, retransmitting response
ipsec,info new ike2 SA (R): controller 192.0.2.2[4500]-192.0.2.1[4500] spi:07a735b6d67ab108:f24f2cdd171cb3d5
ipsec,info,account peer authorized: controller 192.0.2.2[4500]-192.0.2.1[4500]
"""


def test_a_healthy_log_tells_nothing() -> None:
    assert advices(HEALTHY) == []
    assert explain("") is None


@given(st.text(), st.sampled_from([line for line, _failure in [*ROUTEROS, *CHARON]]))
def test_any_text_around_does_no_harm(noise: str, line: str) -> None:
    for text in (noise, f"{noise}\n{line}\n{noise}", line + "x" * 5000):
        for each in advices(text):
            assert len(each.line) <= LONGEST
            assert each.failure in FAILURES


def test_the_filter_takes_text_and_lines() -> None:
    text = "[IKE] giving up after 5 retransmits"
    (found,) = ipsec_advice(text)
    assert found == ipsec_advice([text])[0]
    assert found["failure"] == "no_answer"
    assert found["message"] == str(explain(text))
    assert ipsec_advice([]) == []


UP = "13[IKE] CHILD_SA api{1} established with SPIs c1f0a2b3_i c4d5e6f7_o"
AGAIN = "14[IKE] retransmit 3 of request with message ID 0"


@pytest.mark.parametrize(
    ("lines", "failure"),
    [
        ([], None),
        (["10[IKE] initiating IKE_SA api[1] to 198.51.100.2", AGAIN], "no_answer"),
        (["14[IKE] retransmit 2 of request with message ID 5"], None),
        ([AGAIN, UP], "no_traffic"),
        ([AGAIN, "received AUTHENTICATION_FAILED notify error"], "authentication_failed"),
    ],
)
def test_what_a_log_means_when_nothing_comes_through(lines: list[str], failure: str | None) -> None:
    """A first message that was sent again says nothing by itself: the answer may have come late."""
    found = advices("\n".join(lines), silent=True)
    assert [each.failure for each in found] == ([failure] if failure else [])
    assert all(each.line in lines for each in found)
    assert len(advices("\n".join(lines))) == (failure == "authentication_failed")
