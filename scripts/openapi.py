"""Write (or with --check compare) the description of the JSON interface."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app import create_app
from app.api import api
from app.config import Settings

TARGET = Path(__file__).parent.parent / "docs/reference/openapi.json"


def main() -> int:
    """Exit status: 1 when the file is not what the code describes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(environment="testing", instance_dir=folder, secret_key="x" * 40).completed()
        with create_app(settings).app_context():
            text = json.dumps(api.spec.to_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if "--check" in sys.argv:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        sys.stdout.write("docs/reference/openapi.json is not up to date: python scripts/openapi.py\n")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
