# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options come from the documentation, and a typo never gets past them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.bastion.routeros.plugins.plugin_utils.options import BadOption, argument_spec, validate

MODULES = sorted(
    path.stem
    for path in (Path(__file__).parents[3] / "plugins" / "modules").glob("*.py")
    if not path.stem.startswith("_")
)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_spec(module: str) -> None:
    spec = argument_spec(module)
    assert spec
    assert all("type" in option for option in spec.values()), spec


@pytest.mark.parametrize("module", MODULES)
def test_a_misspelt_option_is_refused(module: str) -> None:
    with pytest.raises(BadOption, match="no_such_option"):
        validate(module, {"no_such_option": 1})


def test_fragments_bring_their_options() -> None:
    assert argument_spec("service")["safe_mode"]["choices"] == ["auto", "required", "off"]
    assert argument_spec("service")["prove_as"]["options"]["ca_path"]["type"] == "path"


def test_values_are_converted() -> None:
    options = validate("service", {"name": "api", "port": "8730", "disabled": "yes"})
    assert (options["port"], options["disabled"]) == (8730, True)


def test_an_ill_typed_value_is_refused() -> None:
    with pytest.raises(BadOption, match="port"):
        validate("service", {"name": "api", "port": "many"})


@pytest.mark.parametrize("name", ["safe_mode", "prove"])
def test_an_unquoted_off_means_off(name: str) -> None:
    """YAML reads it as a boolean."""
    assert validate("service", {"name": "api", name: False})[name] == "off"


def test_options_of_the_transaction_are_refused_inside_it() -> None:
    with pytest.raises(BadOption, match=r"safe_mode.*transaction"):
        validate("service", {"name": "api", "safe_mode": "off"}, leave_out={"safe_mode": {}})
