# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take community.routeros out of the wheel of ansible: ``unpack.py FOLDER_WITH_THE_WHEEL TARGET``."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

KEPT = "ansible_collections/community/routeros/"


def main(source: Path, target: Path) -> None:
    """Unpack what is kept; raises ValueError when the folder does not hold exactly one wheel."""
    (wheel,) = source.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(KEPT)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
