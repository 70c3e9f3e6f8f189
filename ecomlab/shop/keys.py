"""Random numbers by hash: a draw depends on who asks and for what, never on the order of asking.

Two runs of one world that differ in one decision share every other draw, so their difference is
that decision's effect and nothing else (common random numbers made exact: "twin worlds").

Every entity (customer, product, agent) has a 64-bit hash ``H``; every purpose of a run has a key
``K``; the draw is ``mix(H ^ K)``. Decisions compare integers, or floats rounded beforehand, since
``exp`` and ``log`` differ in the last bits between processors.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
# The finaliser of SplitMix64 (Steele, Lea, Flood 2014, figure 20), with Stafford's 13th constants.
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

#: Utilities and Gumbel noise are whole numbers of 1/4096: sums and comparisons are then exact.
SCALE = 4096
#: A utility that no noise can lift: what is out of stock or not looked at.
NEVER = -(1 << 28)


def _mix_int(x: int) -> int:
    x = ((x ^ (x >> 30)) * _FIRST) & _MASK
    x = ((x ^ (x >> 27)) * _SECOND) & _MASK
    return x ^ (x >> 31)


@lru_cache(maxsize=4096)
def _word(purpose: str) -> int:
    return int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=1 << 14)
def key(seed: int, purpose: str, *levels: int) -> np.uint64:
    """The key of one purpose of one run, chained over further levels (a day, a campaign).

    Examples
    --------
    >>> len({int(key(7, "visit", day)) for day in (3, 3, 4)})
    2
    """
    chained = _mix_int((seed ^ _word(purpose)) & _MASK)
    for level in levels:
        chained = _mix_int((chained + (level + 1) * _GOLDEN) & _MASK)
    return np.uint64(chained)


def mix(bits: Bits) -> Bits:
    """Scramble 64-bit words so that each output bit depends on every input bit."""
    x = bits ^ (bits >> np.uint64(30))
    x *= np.uint64(_FIRST)
    x ^= x >> np.uint64(27)
    x *= np.uint64(_SECOND)
    x ^= x >> np.uint64(31)
    return x


def entities(count: int, seed: int, kind: str) -> Bits:
    """The hashes of ``count`` entities of a kind, shape (count,)."""
    return draw(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN), key(seed, kind))


def draw(hashes: Bits, purpose: np.uint64) -> Bits:
    """64 random bits for each entity hash under a key."""
    return mix(hashes ^ purpose)


def uniform(bits: Bits) -> Floats:
    """Uniform on the open interval (0, 1): neither end can be reached."""
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def below(bits: Bits, chance: float | NDArray[np.floating]) -> NDArray[np.bool_]:
    """True with the stated chance; monotone in it, and decided on whole numbers."""
    limit = np.rint(np.asarray(chance, dtype=np.float64) * 2.0**32)
    return (bits >> np.uint64(32)).astype(np.float64) < limit


@cache
def _quantiles() -> Floats:
    """Normal quantiles at 8,193 nodes; computed on first use to keep importing cheap."""
    normal = NormalDist()
    inner = [normal.inv_cdf(i / 8192) for i in range(1, 8192)]
    return np.array([-4.2, *inner, 4.2])


def normal(bits: Bits) -> Floats:
    """Standard normal by inversion (monotone in the bits), rounded to 2**-20."""
    nodes = _quantiles()
    cell = (bits >> np.uint64(51)).astype(np.int64)
    inside = ((bits >> np.uint64(20)) & np.uint64(0x7FFFFFFF)).astype(np.float64) * 2.0**-31
    value = nodes[cell] + (nodes[cell + 1] - nodes[cell]) * inside
    return np.rint(value * 2**20) * 2.0**-20


def poisson(bits: Bits, rate: float | Floats, *, most: int = 12) -> NDArray[np.int64]:
    """Poisson counts by inversion, cut at ``most``; monotone in the rate."""
    u = uniform(bits)
    term = np.exp(-np.asarray(rate, dtype=np.float64)) + np.zeros_like(u)
    total, count = term.copy(), np.zeros(u.shape, dtype=np.int64)
    for k in range(1, most + 1):
        over = u > np.rint(total * 2**40) * 2.0**-40
        if not over.any():
            break
        count += over
        term = term * rate / k
        total += term
    return count


def gamma(hashes: Bits, shape: float, purpose: np.uint64) -> Floats:
    """Gamma(shape, 1) draws: Marsaglia and Tsang (2000), each attempt under its own key."""
    raised = shape + 1 if shape < 1 else shape
    d = raised - 1 / 3
    out = np.full(hashes.shape, d)
    todo = np.arange(len(hashes))
    for attempt in range(64):
        if not len(todo):
            break
        base = draw(hashes[todo], key(int(purpose), "attempt", attempt))
        x = normal(base)
        v = (1 + x / np.sqrt(9 * d)) ** 3
        u = uniform(mix(base + np.uint64(_GOLDEN)))
        positive = v > 0
        v = np.where(positive, v, 1.0)
        bound = np.rint((0.5 * x * x + d - d * v + d * np.log(v)) * 2**40) * 2.0**-40
        accepted = positive & (np.rint(np.log(u) * 2**40) * 2.0**-40 < bound)
        out[todo[accepted]] = d * v[accepted]
        todo = todo[~accepted]
    if shape < 1:
        out *= uniform(draw(hashes, key(int(purpose), "power"))) ** (1 / shape)
    return out


def beta(hashes: Bits, a: float, b: float, purpose: np.uint64) -> Floats:
    """Beta(a, b) draws, as the share of one gamma in the sum of two."""
    first = gamma(hashes, a, key(int(purpose), "a"))
    second = gamma(hashes, b, key(int(purpose), "b"))
    return first / (first + second)


@cache
def _gumbel_table() -> NDArray[np.int32]:
    u = (np.arange(65536) + 0.5) / 65536
    return np.rint(-np.log(-np.log(u)) * SCALE).astype(np.int32)


def gumbel(bits: Bits) -> NDArray[np.int32]:
    """Gumbel noise in units of 1/SCALE from the top 16 bits of each word."""
    return _gumbel_table()[bits >> np.uint64(48)]


def sixteenths(hashes: Bits, purpose: np.uint64, width: int) -> NDArray[np.uint16]:
    """``width`` independent 16-bit numbers per row, four from each hash, shape (rows, width)."""
    words = -(-width // 4)
    lanes = np.array([int(key(int(purpose), "lane", i)) for i in range(words)], dtype=np.uint64)
    bits = mix(hashes[:, None] ^ lanes)
    return bits.view(np.uint16)[:, :width]


def gumbels(hashes: Bits, purpose: np.uint64, width: int) -> NDArray[np.int32]:
    """Gumbel noise for ``width`` alternatives of each row, in units of 1/SCALE."""
    return _gumbel_table()[sixteenths(hashes, purpose, width)]


def pick(bits: Bits, cumulative: Floats) -> NDArray[np.int64]:
    """The index whose slice of ``cumulative`` (k,) or (rows, k), ending at 1, holds the draw."""
    u = uniform(bits)
    edges = np.rint(np.asarray(cumulative) * 2**40) * 2.0**-40
    if edges.ndim == 1:
        return np.minimum(np.searchsorted(edges, u, side="right"), len(edges) - 1)
    return np.minimum((u[:, None] >= edges).sum(axis=1), edges.shape[1] - 1)


def shuffled(count: int, purpose: np.uint64) -> NDArray[np.int64]:
    """A permutation of ``range(count)``: complete randomisation for few units."""
    return np.argsort(
        draw(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN), purpose), kind="stable"
    )
