# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a transaction protects itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """How a transaction protects itself; the options of the module of that name."""

    safe_mode: str = "auto"
    safe_mode_wait: float = 600
    prove: str = "auto"
    prove_as: Mapping[str, Any] = field(default_factory=dict)
    settle: float = 2.0
    acknowledge_lockout: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Settings:
        """The settings among the options of a module."""
        names = cls.__dataclass_fields__
        return cls(**{name: options[name] for name in names if options.get(name) is not None})
