"""Write (or with --check compare) the table of settings from the code that reads them."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.config import Settings

TARGET = Path(__file__).parent.parent / "docs/reference/settings.md"


def main() -> int:
    """Exit status: 1 when the file is not what the code says."""
    lines = [
        "# Settings",
        "",
        "All come from the environment.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for each in fields(Settings):
        default = f"`{each.default}`" if each.default not in ("", None) else ""
        lines.append(f"| `{each.metadata['variable']}` | {default} | {each.metadata['meaning']} |")
    text = "\n".join(lines) + "\n"
    if "--check" in sys.argv:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
