"""Ask for known holes in the installed packages, and say of how many it could not be asked.

Ends with 1 where a package has a known hole. Ends with 0 otherwise, also where the database cannot be reached: then it says
that nothing was checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE = 120


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        print("pip-audit: NOT checked, because its database cannot be reached.")
        return 0
    holes = holes_in(packages)
    print(*holes, summary(packages), sep="\n")
    return 1 if holes else 0


def holes_in(packages: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each known hole. packages: as pip-audit writes them."""
    found = []
    for package in packages:
        for hole in package.get("vulns", ()):
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            found.append(f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}")
    return found


def summary(packages: Sequence[Mapping[str, Any]]) -> str:
    """How many packages were looked up, and how many could not be."""
    known = [package for package in packages if "vulns" in package]
    if not known:
        return f"pip-audit: NOT checked, because its database knows none of the {len(packages)} packages here."
    wrong = sum(bool(package["vulns"]) for package in known)
    unknown = len(packages) - len(known)
    rest = f"; {unknown} NOT checked, because nothing is known of them here" if unknown else ""
    return f"pip-audit: {len(known)} packages looked up, {wrong} with known holes{rest}."


if __name__ == "__main__":
    sys.exit(main())
