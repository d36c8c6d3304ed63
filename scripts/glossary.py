"""Write docs/glossary.md and assets/glossary.js from explorer/glossary.py."""

from __future__ import annotations

from pathlib import Path

from explorer.glossary import markdown, module

ROOT = Path(__file__).resolve().parent.parent
FILES = {ROOT / "docs" / "glossary.md": markdown, ROOT / "assets" / "glossary.js": module}


def main() -> None:
    for path, text in FILES.items():
        path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
