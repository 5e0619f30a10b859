"""SPSS: a .sav for each table in a zip, with labels of variables and values.

A .sav says at its head how wide each text is, so all rows are looked at before the first is written: they
lie in a file of the folder meanwhile. The library takes whole tables only. It is given slices, each with the
same head; their rows are put behind each other, so memory does not grow with the rows.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyreadstat

from app.workbooks.cells import CellValue
from app.workbooks.column_plans import TablePlan, plain_columns
from app.workbooks.csv_writing import CsvLines
from app.workbooks.spss_columns import Variable
from app.workbooks.spss_names import LONGEST_TEXT, variable_names
from app.workbooks.table_files import LEVEL, safe_name

#: Bytes of a slice, about.
_SLICE = 4 << 20
#: Where the head of a .sav keeps the number of its rows, and what ends the head.
_COUNT_AT = 80
_END_OF_HEAD = struct.pack("<ii", 999, 0)
#: Which texts were longer than a variable of SPSS holds.
CUT_TEXTS = "cut-texts.csv"


class SpssZip:
    """A zip with one .sav for each table, and a list of the texts that had to be cut (32,767 bytes)."""

    def __init__(self, target: IO[bytes], folder: Path, plans: Sequence[TablePlan]) -> None:
        self._target = target
        self._parts = [_Part(folder, table, each) for table, each in enumerate(plans)]
        self._cut = CsvLines(
            [each.name for each in plain_columns("file", "row", "variable", "bytes", "limit")]
        )
        self._cut_texts = 0

    @property
    def told(self) -> Mapping[str, int]:
        """How many texts were cut."""
        return {"cut_texts": self._cut_texts} if self._cut_texts else {}

    def write(self, table: int, row: Sequence[CellValue]) -> None:
        """Write a row of a table (its number among the plans)."""
        part = self._parts[table]
        for variable, size in part.add(row):
            self._cut_texts += 1
            self._cut.add([part.file_name, part.rows, variable, size, LONGEST_TEXT])

    def close(self) -> None:
        """Put the file together."""
        with zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            for part in self._parts:
                with archive.open(part.file_name, "w", force_zip64=True) as entry:
                    for piece in part.pieces():
                        entry.write(piece)
            if self._cut_texts:
                with archive.open(CUT_TEXTS, "w") as entry:
                    entry.write(self._cut.take())

    def abandon(self) -> None:
        """Let go of what is open, when there will be no file."""
        for part in self._parts:
            part.end()


class _Part:
    """The rows of one table."""

    def __init__(self, folder: Path, number: int, plan: TablePlan) -> None:
        self.file_name, self.rows = f"{safe_name(plan.name)}.sav", 0
        names = variable_names(plan.header)
        self._variables = [Variable(each, name) for each, name in zip(plan.columns, names, strict=True)]
        self._rows_path, self._slice_path = folder / f"rows-{number}", folder / f"slice-{number}.sav"
        self._held = self._rows_path.open("w", encoding="utf-8", errors="replace")

    def add(self, row: Sequence[CellValue]) -> Iterator[tuple[str, int]]:
        """Keep a row; the variables whose text is too long, with its bytes."""
        self.rows += 1
        self._held.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        for variable, value in zip(self._variables, row, strict=True):
            if (value is not None) and (size := variable.see(value)):
                yield variable.name, size

    def end(self) -> None:
        """Take no more rows."""
        self._held.close()

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the .sav."""
        self.end()
        head, ruler, last_ruler = self._measured()
        yield head[:_COUNT_AT] + struct.pack("<i", self.rows) + head[_COUNT_AT + 4 :]
        done = 0
        for rows in self._slices():
            done += len(rows)
            # The library marks the end in the last row; a ruler stands there until the last slice.
            ends = done == self.rows
            raw = self._written(rows, rulers=1 if ends else 2)
            yield raw[len(head) + ruler : None if ends else -last_ruler]

    def _slices(self) -> Iterator[list[list[CellValue]]]:
        width = sum(8 if each.numeric else max(60, each.width) for each in self._variables)
        most = max(1, _SLICE // (width * 2))
        with self._rows_path.open(encoding="utf-8") as file:
            while rows := [json.loads(line) for line in islice(file, most)]:
                yield rows

    def _measured(self) -> tuple[bytes, int, int]:
        """The head, the bytes of a ruler among other rows, and of one that is the last."""
        one, two = self._written([], rulers=1), self._written([], rulers=2)
        head = one[: one.rindex(_END_OF_HEAD) + len(_END_OF_HEAD)]
        return head, len(two) - len(one), len(one) - len(head)

    def _written(self, rows: list[list[CellValue]], *, rulers: int) -> bytes:
        """What the library makes of the rows after a ruler, and before another one.

        A ruler is a row whose texts are as long as any, so that every slice gets the same head.
        """
        columns: dict[str, Any] = {}
        for place, each in enumerate(self._variables):
            ruler = [None] if each.numeric else ["x" * each.width]
            columns[each.name] = each.values([*ruler, *(row[place] for row in rows), *ruler * (rulers - 1)])
        known = self._variables
        pyreadstat.write_sav(
            pd.DataFrame(columns, copy=False),
            self._slice_path,
            row_compress=True,
            column_labels={each.name: each.label for each in known},
            variable_value_labels={each.name: each.value_labels for each in known if each.value_labels},
            missing_ranges={each.name: each.missing for each in known if each.missing},
            variable_measure={each.name: each.measure for each in known},
            variable_format={each.name: each.format for each in known if each.format},
        )
        return self._slice_path.read_bytes()
