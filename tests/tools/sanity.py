# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ``ansible-test sanity --local`` on a copy of the collection, with the Python of ``.venv``.

Arguments are passed on to ansible-test.
"""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import ansible_test
import tree
from summary import from_junit, judge

# ansible-test makes an environment for each of its tools and fetches a script that installs pip there. Python brings
# what is needed for that itself, so nothing has to be fetched from anywhere but the index that pip is set up for.
_GET_PIP = """\
import subprocess
import sys

arguments = [each for each in sys.argv[1:] if each not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *arguments], check=True)
"""


def _keep_pip_settings(path: Path) -> None:
    """Write what pip is set to into PATH: ansible-test passes no variable of pip on, and the home folder is another."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True)
    settings: dict[str, dict[str, str]] = {"global": {}}
    for key, value in re.findall(r"^(\S+?)=(.*)$", listed.stdout, re.MULTILINE):
        section, option = key.rsplit(".", 1)
        settings.setdefault(section.replace(":env:", "global"), {})[option] = str(ast.literal_eval(value))
    settings["global"]["quiet"] = "1"
    configuration = configparser.RawConfigParser()
    configuration.read_dict(settings)
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)  # the address of an index may hold a password
    with path.open("w", encoding="utf-8") as file:
        configuration.write(file)


def _prepare_home(home: Path) -> None:
    """Make a home folder for ansible-test, with the script that it looks for and pip's settings as they are."""
    requirements = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
    versions = set(re.findall(r"\bpip='([\d.]+)'", requirements))
    if not versions:
        raise SystemExit("this version of ansible-test names the pip it wants in a way that sanity.py does not know")
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(_GET_PIP, encoding="utf-8")
    _keep_pip_settings(home / ".pip" / "pip.conf")
    link, real = home / ".cache" / "pip", Path.home() / ".cache" / "pip"
    if real.is_dir() and not link.exists():
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(real)


def main(arguments: list[str]) -> int:
    """Run the sanity tests and print the closing line."""
    home = tree.ROOT / "build" / "home"
    _prepare_home(home)
    collection = tree.copy(tree.ROOT / "build" / "tree" / "sanity")
    reports = collection / "tests" / "output" / "junit"
    for report in reports.glob("*.xml"):
        report.unlink()
    scripts = Path(sys.executable).parent
    environment = {
        "HOME": str(home),
        # Python version managers put wrappers on the path that ansible-test takes for interpreters.
        "PATH": f"{scripts}:/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
    }
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(scripts / "ansible-test"), "sanity", "--local", "--python", version, "--color", "no", "--junit"]
    missing_program = False
    with subprocess.Popen(
        [*command, *arguments],
        cwd=collection,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            # ansible-test goes on without a program that it wants.
            missing_program = missing_program or bool(re.match(r"WARNING: Required program .* not found", line))
    exit_code = process.returncode or int(missing_program)
    counts = judge(from_junit(sorted(reports.glob("*.xml"))), exit_code)
    print(counts.line("sanity"), flush=True)
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
