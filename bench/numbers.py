"""What is made of repeated measures. Pure functions of lists of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, between two neighbours by a straight line.

    >>> percentile([1.0, 2.0, 3.0], 0.5), percentile([0.0, 10.0], 0.95)
    (2.0, 9.5)
    """
    return float(np.quantile(np.asarray(values, float), share))


def geometric_mean(values: Sequence[float]) -> float:
    """The mean of ratios: twice as fast and half as fast make as fast.

    >>> geometric_mean([2.0, 0.5])
    1.0
    """
    return math.exp(sum(math.log(value) for value in values) / len(values))


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The p of seconds ~ size ** p: the slope of the straight line through the logarithms, by least squares.

    >>> round(exponent([1, 2, 4], [3.0, 12.0, 48.0]), 6)
    2.0
    """
    slope, _ = np.polyfit(np.log(np.asarray(sizes, float)), np.log(np.asarray(seconds, float)), 1)
    return float(slope)


__all__ = ["exponent", "geometric_mean", "median", "percentile"]
