"""How exactly an estimate is known, and the width of its interval.

The one place where an error becomes a width: verdicts and pages both ask here, so that a value which
cannot be told from a bound is shown with an interval that holds it.  Source: t intervals as in R's
survey package; the difference of two estimates by Welch and Satterthwaite.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from scipy.special import ndtr, stdtrit

#: Half of the width that 95 % of the normal distribution takes, in standard errors.
Z95 = 1.959963984540054


def half_width(standard_error: float, degrees_of_freedom: float | None = None, *, z: float = Z95) -> float:
    """Half of the interval, in the unit of the error, by default of the 95 % interval.

    ``degrees_of_freedom`` ``None`` is the normal distribution; fewer than 1 count as 1, as in
    ``estimates``.  ``z`` is the normal quantile of the level.
    """
    if degrees_of_freedom is None:
        return z * standard_error
    return float(stdtrit(max(degrees_of_freedom, 1.0), float(ndtr(z)))) * standard_error


@dataclass(frozen=True)
class Precision:
    """Standard error (``None``: none known) with its degrees of freedom (``None``: normal).

    ``sampled`` is true of an estimate from a sample: there an unknown error is not no error.
    """

    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    sampled: bool = False

    @property
    def unknown(self) -> bool:
        return self.sampled and self.standard_error is None

    def half_width(self, z: float = Z95) -> float | None:
        if self.standard_error is None:
            return None
        return half_width(self.standard_error, self.degrees_of_freedom, z=z)

    def of_difference(self, other: Precision) -> Precision:
        """Of the difference of two independent values.

        An unknown error counts as none where the value is no estimate, and makes the whole unknown where
        it is one; two unknown stay unknown.
        """
        known = [each for each in (self, other) if each.standard_error is not None]
        sampled = self.sampled or other.sampled
        if not known or self.unknown or other.unknown:
            return Precision(None, None, sampled)
        errors = [each.standard_error or 0.0 for each in known]
        spread = sum(
            error**4 / max(each.degrees_of_freedom, 1.0)
            for error, each in zip(errors, known, strict=True)
            if each.degrees_of_freedom is not None
        )
        total = hypot(*errors)
        return Precision(total, total**4 / spread if spread else None, sampled)
