"""Many shops at once, through any executor of ``concurrent.futures``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, TypeVar

from ecomlab.shop.calendar import check_days
from ecomlab.shop.history import History, simulate
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World, check_seed

T = TypeVar("T")


def daily_sums(history: History) -> dict[str, Any]:
    """The day's sums of a run: ``history.daily``."""
    return history.daily


def simulate_many(
    seeds: Iterable[int],
    policy: Policy | None = None,
    days: int = 730,
    *,
    keep: Callable[[History], T] = daily_sums,  # type: ignore[assignment]
    executor: Executor | None = None,
    **size: int,
) -> dict[int, T]:
    """Simulate a shop for each seed, here or wherever the executor works.

    A shop is never split (its stock couples its customers), so results do not depend on the
    executor, on its number of workers or on the order of seeds.

    Parameters
    ----------
    seeds
        The worlds' seeds, each once.
    policy, days
        As in ``simulate``.
    keep
        What is kept of each run; a whole ``History`` is large, so this runs where the shop was
        simulated. Executors of processes need a function that can be pickled.
    executor
        A process pool, Dask's ``client.get_executor()`` ...; None simulates one after another.
    **size
        How large the shops are, as for ``World.draw``.

    Returns
    -------
    dict
        What was kept, by seed, in the order of the seeds.

    Raises
    ------
    TypeError, ValueError
        If a seed, a size or the number of days is refused, or a seed is given twice; before any
        work begins.

    Examples
    --------
    >>> shops = simulate_many([4, 5], days=7, customers=200, products=24)
    >>> {seed: len(sums["orders"]) for seed, sums in shops.items()}
    {4: 7, 5: 7}
    """
    listed = list(seeds)
    for seed in listed:
        check_seed(seed)
    if len(set(listed)) < len(listed):
        twice = next(s for s in listed if listed.count(s) > 1)
        raise ValueError(f"seed {twice} is given twice; each shop needs its own")
    check_days(days)
    worlds = [World.draw(seed, **size) for seed in listed]
    if executor is None:
        return {world.seed: _one(world, policy, days, keep) for world in worlds}
    futures = [executor.submit(_one, world, policy, days, keep) for world in worlds]
    try:
        return {w.seed: future.result() for w, future in zip(worlds, futures, strict=True)}
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def _one(world: World, policy: Policy | None, days: int, keep: Callable[[History], T]) -> T:
    return keep(simulate(world, policy, days))
