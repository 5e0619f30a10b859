"""Code columns: text labels and integer codes for strata, cells, margins and domains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from app.analysis.refusals import Refusal

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

CELL_JOINER = "|"


class SurveyError(Refusal):
    """A refusal of the survey statistics.

    ``message`` says in English, for developers, what does not hold.
    """

    def __init__(self, code: str, message: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(code, **(facts or {}))
        self.args = (f"{code}: {message}",)


def _number_label(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _label_numbers(values: npt.NDArray[np.generic]) -> tuple[IntArray, tuple[str, ...]]:
    numbers = values.astype(np.float64)
    codes = np.full(len(numbers), -1, dtype=np.int64)
    present = np.isfinite(numbers)
    distinct, inverse = np.unique(numbers[present], return_inverse=True)
    codes[present] = inverse
    return codes, tuple(_number_label(float(value)) for value in distinct)


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return "" if not np.isfinite(value) else _number_label(float(value))
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    return str(value)


def label_codes(values: npt.ArrayLike) -> tuple[IntArray, tuple[str, ...]]:
    """Turn a code column (n,) into integer codes (n,) and its sorted labels.

    Numbers are sorted as numbers and whole numbers written without a point (``1.0`` is ``"1"``),
    booleans are ``"0"`` and ``"1"``, texts are sorted as texts. ``None``, ``""`` and nan get the code
    -1.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise SurveyError("column-shape", "a code column has one dimension", {"shape": list(array.shape)})
    if array.dtype.kind in "iufb":
        return _label_numbers(array)
    texts = (
        array.astype(str) if array.dtype.kind == "U" else np.array([_text_of(v) for v in array], dtype=str)
    )
    if not len(texts):
        return np.zeros(0, dtype=np.int64), ()
    distinct, inverse = np.unique(texts, return_inverse=True)
    codes = inverse.astype(np.int64)
    if distinct[0] == "":
        return codes - 1, tuple(str(label) for label in distinct[1:])
    return codes, tuple(str(label) for label in distinct)


def combine_codes(columns: Sequence[IntArray], n: int) -> IntArray:
    """Number the combinations of integer code columns (each (n,)) from 0 upwards, in the columns' sort
    order.

    A row with a missing code (-1) in any column gets -1; without columns every row is in the one cell
    0.
    """
    combined = np.zeros(n, dtype=np.int64)
    missing = np.zeros(n, dtype=np.bool_)
    for codes in columns:
        missing |= codes < 0
        width = int(codes.max(initial=0)) + 1
        _, inverse = np.unique(combined * width + np.maximum(codes, 0), return_inverse=True)
        combined = inverse.astype(np.int64)
    if not missing.any():
        return combined
    result = np.full(n, -1, dtype=np.int64)
    _, inverse = np.unique(combined[~missing], return_inverse=True)
    result[~missing] = inverse
    return result


def label_cells(columns: Sequence[npt.ArrayLike], n: int) -> tuple[IntArray, tuple[tuple[str, ...], ...]]:
    """Codes (n,) of the combinations of code columns, and the labels of each combination."""
    labelled = [label_codes(column) for column in columns]
    cells = combine_codes([codes for codes, _ in labelled], n)
    present = np.flatnonzero(cells >= 0)
    found, first = np.unique(cells[present], return_index=True)
    rows = present[first]
    labels = [tuple(labels[codes[row]] for codes, labels in labelled) for row in rows]
    return cells, tuple(labels) if len(found) else ()


def group_sums(codes: IntArray, values: npt.ArrayLike, count: int) -> FloatArray:
    """Sums (count,) of values (n,) over the groups 0 … count-1 of codes (n,)."""
    return np.bincount(codes, weights=np.asarray(values, dtype=np.float64), minlength=count).astype(
        np.float64
    )


def float_column(
    values: npt.ArrayLike, *, name: str, n: int | None = None, infinite: bool = False
) -> FloatArray:
    """A float array (n,); nan marks a missing value, an infinite one is refused unless allowed."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SurveyError("values-invalid", f"{name} is not numeric", {"column": name}) from error
    if array.ndim != 1 or (n is not None and len(array) != n):
        facts = {"column": name, "shape": list(array.shape), "expected": n}
        raise SurveyError("column-length", f"{name} has the wrong shape", facts)
    if not infinite and np.isinf(array).any():
        row = int(np.flatnonzero(np.isinf(array))[0])
        raise SurveyError("values-invalid", f"{name} is infinite in row {row}", {"column": name, "row": row})
    return array


def weight_column(values: npt.ArrayLike, *, n: int | None = None) -> FloatArray:
    """Weights (n,): finite, not negative, at least one of them positive."""
    weights = float_column(values, name="weights", n=n)
    wrong = ~(weights >= 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise SurveyError("weights-invalid", f"weight of row {row} is missing or negative", {"row": row})
    if not (weights > 0).any():
        raise SurveyError("weights-invalid", "no row has a positive weight", {"n": len(weights)})
    return weights
