"""One entry of the table: what is true, how it is estimated, and what misleads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.shop.history import History
from ecomlab.shop.world import World

Floats = NDArray[np.float64]
#: A value and its standard error; arrays of one number per item where there are several.
Measured = tuple[ArrayLike, ArrayLike]
#: A tolerance must be this many standard errors of the reference: 2 would fail good methods.
SAFE = 3.5


@dataclass(frozen=True)
class Estimand:
    """Something true of a shop that its tables can tell.

    Attributes
    ----------
    name, section
        What it is called, and the module that teaches it (``"pricing.strategy"``).
    unit
        Its unit of measure.
    meaning
        What the truth is, with its horizon, and whether stock limits bind in it.
    tolerance
        How far the reference may be from the truth, in the unit; a share of it if ``relative``.
    truth
        World -> value and standard error, by paired twins.
    reference, naive
        History -> estimate (the reference with its standard error), from its tables alone.
    method, fallacy
        The two methods in words.
    items
        Names of the items where there are several; a seed passes if all of them do.
    relative
        Whether errors are shares of the truth.
    open_question
        Why it is not identified as the shop stands, if it is not: it is measured and shown, and
        never graded.
    admits
        World -> whether its design allows the estimand, where that needs asking; never by how an
        estimate came out.
    """

    name: str
    section: str
    unit: str
    meaning: str
    tolerance: float
    truth: Callable[[World], Measured]
    reference: Callable[[History], Measured]
    naive: Callable[[History], ArrayLike]
    method: str
    fallacy: str
    items: tuple[str, ...] = ("",)
    relative: bool = False
    open_question: str = ""
    admits: Callable[[World], bool] | None = None

    def measure(self, world: World, history: History) -> dict[str, Any]:
        """Truth, reference and naive estimate of one world, as plain numbers by name."""
        if self.admits is not None and not self.admits(world):
            return {"admitted": False}
        truth, truth_se = map(self._each, self.truth(world))
        estimate, se = map(self._each, self.reference(history))
        naive = self._each(self.naive(history))
        return {
            "admitted": True,
            "truth": truth.tolist(),
            "truth_se": truth_se.tolist(),
            "reference": estimate.tolist(),
            "se": se.tolist(),
            "naive": naive.tolist(),
        }

    def errors(self, row: dict[str, Any], which: str) -> Floats:
        """How far ``which`` ("reference" or "naive") is from the truth, item by item."""
        truth = np.array(row["truth"])
        return (np.array(row[which]) - truth) / (np.abs(truth) if self.relative else 1.0)

    def standard_errors(self, row: dict[str, Any], which: str = "se") -> Floats:
        """Standard errors in the tolerance's unit, item by item."""
        scale = np.abs(np.array(row["truth"])) if self.relative else 1.0
        return np.array(row[which]) / scale

    def misses(self, row: dict[str, Any], which: str) -> bool:
        """Whether any item is further from the truth than the tolerance, or is no number."""
        return not bool((np.abs(self.errors(row, which)) <= self.tolerance).all())

    def _each(self, values: ArrayLike) -> Floats:
        each = np.atleast_1d(np.asarray(values, dtype=float))
        if each.shape != (len(self.items),):
            raise ValueError(f"{self.name}: {each.shape} values for {len(self.items)} items")
        return each
