# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""routeros-api, run in an environment of its own: does what stdin lists, one JSON line for each."""

from __future__ import annotations

import json
import sys

import routeros_api


def main() -> None:
    """[port, [[path, method, arguments], ...]] on stdin."""
    port, wanted = json.load(sys.stdin)
    pool = routeros_api.RouterOsApiPool("127.0.0.1", "admin", "", port=port, plaintext_login=True)
    api = pool.get_api()
    for path, method, arguments in wanted:
        resource = api.get_resource(path)
        try:
            found = getattr(resource, method)(**arguments)
            answer = {"rows": list(found), "done": getattr(found, "done_message", {})}
        except routeros_api.exceptions.RouterOsApiError as error:
            answer = {"error": type(error).__name__, "text": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
    pool.disconnect()


if __name__ == "__main__":
    main()
