"""Ask for known holes in the installed packages, and say of how many it could not be asked.

Ends with 1 where a package has a known hole, and with 0 otherwise, also where nothing is known because the data cannot
be had here.
"""

from __future__ import annotations

import json
import subprocess
import sys

PATIENCE = 300


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        print("pip-audit: nothing is known of any package, because its data cannot be had here.")
        return 0
    unknown = [package["name"] for package in packages if "vulns" not in package]
    holes = [package for package in packages if package.get("vulns")]
    for package in holes:
        for hole in package["vulns"]:
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}")
    known = len(packages) - len(unknown)
    print(f"pip-audit: {known} packages looked up, {len(holes)} with known holes; of {len(unknown)} nothing is known here.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
