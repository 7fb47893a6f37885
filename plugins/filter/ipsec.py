# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log of an IPsec end means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.bastion.routeros.plugins.plugin_utils.ipsec.advice import advices


def ipsec_advice(log: str | Iterable[str], silent: bool = False) -> list[dict[str, Any]]:
    """The failures that a log tells of, the one that tells most first, with what to look at.

    :param silent: nothing came through the tunnel, even if it came up
    """
    text = log if isinstance(log, str) else "\n".join(str(line) for line in log)
    return [
        {
            "failure": each.failure,
            "problem": each.problem,
            "check": list(each.check),
            "line": each.line,
            "message": str(each),
        }
        for each in advices(text, silent)
    ]


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by name."""
        return {"ipsec_advice": ipsec_advice}
