"""``python -m benchmarks [name …]``: run the benchmarks and print one line for each figure."""

from __future__ import annotations

import importlib
import sys

NAMES = ("raking", "scoring", "ingest", "exporting", "phone_page", "central")


def main() -> None:
    """Run all benchmarks, or those named."""
    for name in sys.argv[1:] or NAMES:
        print(f"== {name}")
        for line in importlib.import_module(f"benchmarks.{name}").run():
            print(line, flush=True)


if __name__ == "__main__":
    main()
