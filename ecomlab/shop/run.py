"""Runs of a shop: day by day, in one go, and as pairs that differ in one decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import whole
from ecomlab.shop.calendar import KNOWN_DAYS, check_days
from ecomlab.shop.engine import advance, fix
from ecomlab.shop.ground import check_ids, lay_out, plan, today
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Decision, Policy
from ecomlab.shop.state import State, opening
from ecomlab.shop.world import World, check_seed

if TYPE_CHECKING:
    from ecomlab.shop.history import History

#: Plans are made for this many days at first, and for the whole calendar when that is passed.
FIRST_PLAN = 760


@dataclass(frozen=True)
class Snapshot:
    """A night of a run, to which it can return; a run never writes to it."""

    state: State
    decisions: tuple[Decision, ...]
    totals: tuple[dict[str, float], ...]
    sold: tuple[NDArray[np.int64], ...] = ()


class Run:
    """A shop played day by day.

    Parameters
    ----------
    world
        What is true.
    policy
        What management decides unless an action says otherwise; the default if None.
    seed
        The seed of the run's daily draws, the world's own if None; replications of a world
        differ in it alone.
    record
        Keep each day's rows, for ``history()``.

    Examples
    --------
    >>> run = Run(World.draw(1, customers=200, products=24))
    >>> night = run.snapshot()
    >>> first = run.step()
    >>> run.restore(night)
    >>> run.step() == first
    True
    """

    def __init__(
        self,
        world: World,
        policy: Policy | None = None,
        *,
        seed: int | None = None,
        record: bool = False,
    ) -> None:
        self.world, self.policy = _checked(world, policy)
        self.seed = world.seed if seed is None else check_seed(seed)
        self.record = record
        self.blocks: dict[str, list[Block]] = {}
        self.totals: list[dict[str, float]] = []
        self.sold: list[NDArray[np.int64]] = []
        self.decisions: tuple[Decision, ...] = self.policy.decisions
        for decision in self.decisions:
            check_ids(decision, world)
        self._prepare(FIRST_PLAN)
        self._state = opening(self._fixed.ground, self._fixed.plan, self.policy)

    def _prepare(self, days: int) -> None:
        ground = lay_out(self.world)
        self._fixed = fix(ground, plan(self.world, self.policy, days), self.policy, self.seed)

    @property
    def day(self) -> int:
        """The coming day; 0 is 2024-01-01."""
        return self._state.day

    @property
    def state(self) -> State:
        """The shop's state tonight; treat it as read-only."""
        return self._state

    def step(self, actions: Decision | Sequence[Decision] | None = None) -> dict[str, float]:
        """Live the coming day and tell what could be seen of it.

        Parameters
        ----------
        actions
            Decisions; one without a day begins today, one for a later day is kept until then.

        Returns
        -------
        dict
            ``day`` and the day's sums, money in CNY.

        Raises
        ------
        ValueError
            If an action is for a day in the past or the calendar has ended.
        """
        if isinstance(actions, Decision):
            actions = [actions]
        elif actions is not None and not isinstance(actions, Sequence):
            raise TypeError(f"an action must be a Decision, not {actions!r}")
        new = list(actions or ())
        for action in new:
            if not isinstance(action, Decision):
                raise TypeError(f"an action must be a Decision, not {action!r}")
            if action.day is not None and action.day < self.day:
                raise ValueError(f"an action for day {action.day} came on day {self.day}")
            check_ids(action, self.world)
        if self.day >= KNOWN_DAYS:
            raise ValueError(f"the calendar ends after day {KNOWN_DAYS - 1}")
        if self.day + 28 >= self._fixed.plan.days < KNOWN_DAYS:
            self._prepare(KNOWN_DAYS)
        dated = [replace(a, day=self.day) if a.day is None else a for a in new]
        self.decisions = (*(d for d in self.decisions if not d.over(self.day)), *dated)
        now = today(self._fixed.plan, self.day, self.decisions)
        sums, blocks = advance(self._fixed, self._state, now, record=self.record)
        for table, block in blocks.items():
            self.blocks.setdefault(table, []).append(block)
        self.totals.append(sums)
        self.sold.append(self._state.sold)
        return {"day": now.day, **in_cny(sums)}

    def snapshot(self) -> Snapshot:
        """Tonight, copied; recorded rows are not part of it."""
        return Snapshot(self._state.copy(), self.decisions, tuple(self.totals), tuple(self.sold))

    def restore(self, night: Snapshot) -> None:
        """Return to a night; rows recorded since then are forgotten.

        Raises
        ------
        ValueError
            If the night is one of a shop of another size.
        """
        for what in ("alive", "stock", "adstock"):
            if getattr(night.state, what).shape != getattr(self._state, what).shape:
                raise ValueError("the night is one of a shop of another size")
        self._state = night.state.copy()
        self.decisions = night.decisions
        self.totals, self.sold = list(night.totals), list(night.sold)
        for blocks in self.blocks.values():
            # A block holds one day's rows; one of no rows holds nothing to forget.
            blocks[:] = [b for b in blocks if not len(b["day"]) or b["day"][0] < self.day]

    def history(self) -> History:
        """The tables of the days lived so far.

        Raises
        ------
        ValueError
            If the run did not record every day since the first.
        """
        from ecomlab.shop.history import History, recorded

        days = [int(block["day"][0]) for block in self.blocks.get("stock", ())]
        if not days or days != list(range(self.day)):
            raise ValueError(
                f"the run has lived {self.day} days and recorded {len(days)}; its tables need "
                "every day from the first: Run(world, record=True)"
            )
        return History([recorded(self, 0, until=self.day - 1)], list(self.totals))

    @classmethod
    def resume(
        cls,
        world: World,
        policy: Policy | None,
        night: Snapshot,
        *,
        seed: int | None = None,
        record: bool = False,
    ) -> Self:
        """A new run that begins at a night of another one, perhaps under another policy."""
        run = cls(world, policy, seed=seed, record=record)
        run.restore(night)
        return run


def _checked(world: World, policy: Policy | None) -> tuple[World, Policy]:
    """A world and a policy, the default if None; refuse what is neither."""
    if not isinstance(world, World):
        raise TypeError(f"a World is needed, not {world!r}; World.draw(seed) makes one")
    if policy is not None and not isinstance(policy, Policy):
        raise TypeError(f"a Policy or None is needed, not {policy!r}")
    return world, Policy() if policy is None else policy


MONEY = ("revenue", "discount", "goods", "parcels", "media", "holding", "profit")


def in_cny(sums: Mapping[str, float]) -> dict[str, float]:
    """The sums with money in CNY."""
    return {k: round(v / 100, 2) if k in MONEY else v for k, v in sums.items()}


def daily(
    world: World,
    policy: Policy | None = None,
    days: int = 730,
    *,
    seed: int | None = None,
    start: Snapshot | None = None,
) -> dict[str, NDArray[np.float64]]:
    """The day's sums of a run without tables, one array per sum; money in CNY.

    ``sold`` is units by day and product, shape (days, products).
    """
    run = Run(world, policy, seed=seed)
    if start is not None:
        run.restore(start)
        run.decisions = (*start.decisions, *run.policy.decisions)
    kept = len(run.totals)
    for _ in range(check_days(days)):
        run.step()
    sums = [in_cny(s) for s in run.totals[kept:]]
    columns = {name: np.array([s[name] for s in sums], dtype=np.float64) for name in sums[0]}
    return {**columns, "sold": np.array(run.sold[kept:], dtype=np.float64)}


Outcome = str | Callable[[dict[str, NDArray[np.float64]]], float]
Change = Policy | Decision | Mapping[str, object] | Callable[[Policy], Policy]


@dataclass(frozen=True)
class Effect:
    """A true effect: the mean of paired differences, with its uncertainty.

    Attributes
    ----------
    mean, se
        Mean difference (changed minus base) over replications, and its paired standard error.
    unpaired_se
        The standard error that independent runs would have had.
    base, changed
        The outcome in each replication, shape (replications,).
    """

    mean: float
    se: float
    unpaired_se: float
    base: NDArray[np.float64]
    changed: NDArray[np.float64]

    @property
    def relative(self) -> float:
        """The mean difference as a share of the mean base outcome."""
        return float(self.mean / self.base.mean())


def what_if(
    world: World,
    policy: Policy | None,
    change: Change,
    *,
    days: int = 84,
    replications: int = 20,
    outcome: Outcome = "profit",
    start: int = 0,
) -> Effect:
    """The true effect of a change: each replication runs the same world twice.

    Parameters
    ----------
    world, policy
        The shop as it is.
    change
        The other policy; or a dated decision; or parameters of the policy to replace; or a
        function from policy to policy.
    days, start
        Horizon, counted from day ``start``; both twins share the days before it.
    replications
        Pairs of runs, each with its own daily draws.
    outcome
        A day's sum (``"profit"``, ``"orders"``, ``"revenue"``, ``"visits"`` ...) totalled over
        the horizon, or a function from the daily sums to a number.

    Returns
    -------
    Effect
        The mean paired difference and its standard error.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, the change or the outcome is unknown, or a decision lies
        outside the horizon, where it could have no effect.

    Examples
    --------
    >>> world = World.draw(3, customers=300, products=24)
    >>> dearer = {"price_level": 1.3}
    >>> what_if(world, None, dearer, days=14, replications=3, outcome="units").mean < 0
    True
    """
    world, before = _checked(world, policy)
    days, start = check_days(days), whole(start, "start", least=0)
    replications = whole(replications, "replications", least=2, unit="for a standard error")
    after = changed_policy(before, change)
    _refuse_idle(change, start, days)
    measure = _measure(outcome)
    pairs = np.empty((replications, 2))
    for r in range(replications):
        seed = world.seed + 1_000_003 * (r + 1)
        night = _night(world, before, start, seed)
        for arm, one in enumerate((before, after)):
            pairs[r, arm] = measure(_continued(world, one, days, seed, night))
    gap = pairs[:, 1] - pairs[:, 0]
    spread = pairs.var(axis=0, ddof=1)
    root = np.sqrt(replications)
    return Effect(
        mean=float(gap.mean()),
        se=float(gap.std(ddof=1) / root),
        unpaired_se=float(np.sqrt(spread.sum()) / root),
        base=pairs[:, 0],
        changed=pairs[:, 1],
    )


def _refuse_idle(change: Change, start: int, days: int) -> None:
    """Refuse a decision that is over before the twins part, or comes after the horizon."""
    if isinstance(change, Decision) and change.day is not None:
        first, last = change.day, change.day + change.days - 1
        if last < start or first >= start + days:
            raise ValueError(
                f"the decision holds on days {first} .. {last}, outside the horizon of days "
                f"{start} .. {start + days - 1}"
            )


def changed_policy(policy: Policy, change: Change) -> Policy:
    """The policy after a change given in any of the forms that ``what_if`` takes."""
    if isinstance(change, Policy):
        return change
    if isinstance(change, Decision):
        return policy.decide(change)
    if isinstance(change, Mapping):
        return policy.replace(**change)
    if callable(change):
        return change(policy)
    raise TypeError(
        "change must be a Policy, a Decision, a mapping of policy parameters or a function from "
        f"policy to policy, not {change!r}"
    )


def _measure(outcome: Outcome) -> Callable[[dict[str, NDArray[np.float64]]], float]:
    if callable(outcome):
        return outcome

    def total(sums: dict[str, NDArray[np.float64]]) -> float:
        known = [name for name, column in sums.items() if column.ndim == 1]
        if outcome not in known:
            raise ValueError(f"unknown outcome {outcome!r}; there are {', '.join(known)}")
        return float(sums[outcome].sum())

    return total


def _night(world: World, policy: Policy, start: int, seed: int) -> Snapshot | None:
    if not start:
        return None
    run = Run(world, policy, seed=seed)
    for _ in range(start):
        run.step()
    return run.snapshot()


def _continued(
    world: World, policy: Policy, days: int, seed: int, night: Snapshot | None
) -> dict[str, NDArray[np.float64]]:
    if night is None:
        return daily(world, policy, days, seed=seed)
    own = replace(night, decisions=())
    return daily(world, policy, days, seed=seed, start=own)
