"""`python -m explorer` is the command `explorer`."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command line, and return its exit code; also where it is stopped while it is still being imported."""
    try:
        from explorer.cli import main

        return main()
    except KeyboardInterrupt:
        print("\nEnded.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run())
