# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/certificate: its rows and signing, files, requests for other authorities, ACME, revocation.

Nothing here loads `cryptography` before a certificate is made or read.
"""

from .store import MENU, Certificates

__all__ = ["MENU", "Certificates"]
