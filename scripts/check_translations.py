"""Check that every text has its English, with the same placeholders, and that none is left over."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from babel.messages.pofile import read_po
from collect_messages import CATALOGUE, extract

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def main() -> int:
    """Exit status: 1 when anything is missing."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        with template.open("rb") as handle:
            wanted = {(message.context or "", message.id) for message in read_po(handle) if message.id}
    with CATALOGUE.open("rb") as handle:
        english = {(each.context or "", each.id): each for each in read_po(handle, locale="en") if each.id}
    problems = []
    for key in sorted(wanted, key=str):
        message, text = english.get(key), key[1]
        if message is None or not message.string or message.fuzzy:
            problems.append(f"no English: {text}")
        elif sorted(_PLACEHOLDER.findall(str(text))) != sorted(_PLACEHOLDER.findall(str(message.string))):
            problems.append(f"other placeholders: {text} -> {message.string}")
        elif re.search(r"[\u4e00-\u9fff]", str(message.string)):
            problems.append(f"Chinese in the English: {message.string}")
    problems += [f"left over: {key[1]}" for key in sorted(set(english) - wanted, key=str)]
    sys.stdout.write("\n".join(problems) + ("\n" if problems else ""))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
