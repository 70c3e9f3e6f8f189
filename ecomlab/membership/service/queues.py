"""How many agents it takes: waiting by Erlang C, and the replay of a day's arrivals.

Erlang (1917): arrivals at random (Poisson), exponential handle times, nobody hangs up, first come
first served. It errs on the safe side where handle times vary less than that.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, refuse, whole
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CLOSE = 1e-9


@dataclass(frozen=True, repr=False)
class Staffing:
    """A team that meets a promise, and how it will fare.

    Attributes
    ----------
    agents
        At their desks (each with ``concurrency`` chats at once).
    positions
        On the roster: agents over 1 - shrinkage (breaks, training, illness), rounded up.
    service_level
        Share of customers who wait no longer than ``within``.
    waiting
        Share of customers who wait at all.
    mean_wait
        Mean wait over all customers, seconds.
    occupancy
        Share of the agents' places that are taken.
    traffic
        Erlangs: chats open at once on average.
    concurrency, handle_time, target, within
        What the team was asked for; times in seconds.
    """

    agents: int
    positions: int
    service_level: float
    waiting: float
    mean_wait: float
    occupancy: float
    traffic: float
    concurrency: int
    handle_time: float
    target: float
    within: float

    def __repr__(self) -> str:
        return (
            f"Staffing(agents={self.agents}, positions={self.positions}, "
            f"service_level={self.service_level:.5f}, waiting={self.waiting:.5f}, "
            f"mean_wait={self.mean_wait:.2f}, occupancy={self.occupancy:.5f})"
        )

    def _repr_html_(self) -> str:
        rows = (
            (say(en="agents at their desks", zh="在岗客服人数"), f"{self.agents}"),
            (say(en="positions on the roster", zh="排班人数"), f"{self.positions}"),
            (
                say(en=f"answered within {self.within:g} s", zh=f"{self.within:g} 秒内接入的比例"),
                f"{self.service_level:.1%}",
            ),
            (say(en="have to wait", zh="需要等待的比例"), f"{self.waiting:.1%}"),
            (say(en="mean wait (s)", zh="平均等待（秒）"), f"{self.mean_wait:.1f}"),
            (say(en="occupancy", zh="占用率"), f"{self.occupancy:.1%}"),
        )
        body = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
        return f"<table>{body}</table>"

    def plot(self) -> Figure:
        """Draw the share answered in time by the number of agents, this team marked."""
        import matplotlib.pyplot as plt

        most = self.agents + 4
        least = math.floor(self.traffic / self.concurrency + _CLOSE) + 1
        team = np.arange(least, most + 1)
        levels = [
            service_level(
                int(n) * self.concurrency,
                self.traffic,
                handle_time=self.handle_time,
                within=self.within,
            )
            for n in team
        ]
        picture, ax = plt.subplots()
        colours = [COLOURS[0] if n == self.agents else "#C8C8C8" for n in team]
        ax.bar(team, 100 * np.array(levels), color=colours)
        ax.axhline(100 * self.target, color=COLOURS[1], linestyle="--", linewidth=1.2)
        ax.set_title(
            say(
                en=f"{self.agents} agents are the fewest who answer {self.target:.0%} "
                f"within {self.within:g} s",
                zh=f"要在 {self.within:g} 秒内接入 {self.target:.0%} 的顾客，"
                f"至少需要 {self.agents} 名客服",
            )
        )
        ax.set_xlabel(say(en="agents at their desks", zh="在岗客服人数"))
        ax.set_ylabel(say(en="answered in time (%)", zh="及时接入的比例（%）"))
        ax.set_xticks(team)
        return picture


def erlang_c(agents: int, traffic: float) -> float:
    """The chance that a customer has to wait.

    Parameters
    ----------
    agents
        Who can each serve one customer at a time, at least 1 and more than the traffic.
    traffic
        Arrivals per second times seconds per customer, in erlangs, at least 0.

    Returns
    -------
    float
        0 .. 1.

    Raises
    ------
    TypeError, ValueError
        If `agents` is no whole number above 0, `traffic` is negative or not finite, or agents do
        not exceed traffic: then the queue never ends.

    Notes
    -----
    Erlang (1917); computed through Erlang B by its recursion, which never overflows.

    Examples
    --------
    >>> round(erlang_c(14, 10), 5)
    0.17413
    >>> erlang_c(3, 3.5)
    Traceback (most recent call last):
    ...
    ValueError: 3 agents cannot keep up with 3.5 erlangs of traffic: the queue never ends; it takes
    at least 4
    """
    agents = whole(agents, "agents", rounded=True)
    traffic = amount(traffic, "traffic", least=0, unit="erlangs")
    if agents <= traffic:
        raise ValueError(
            f"{agents} agents cannot keep up with {traffic:g} erlangs of traffic: the queue never "
            f"ends; it takes at least {math.floor(traffic) + 1}"
        )
    blocked = 1.0
    for place in range(1, agents + 1):
        blocked = traffic * blocked / (place + traffic * blocked)
    return agents * blocked / (agents - traffic * (1 - blocked))


def service_level(agents: int, traffic: float, *, handle_time: float, within: float) -> float:
    """The share of customers who wait no longer than a time.

    Parameters
    ----------
    agents, traffic
        As for `erlang_c`.
    handle_time
        Mean time to serve a customer, seconds, above 0.
    within
        The time, seconds, at least 0.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range.

    Examples
    --------
    >>> round(service_level(14, 10, handle_time=180, within=20), 5)
    0.88835
    """
    handle_time = amount(handle_time, "handle_time", above=0, unit="seconds")
    within = amount(within, "within", least=0, unit="seconds")
    return 1 - erlang_c(agents, traffic) * math.exp(-(agents - traffic) * within / handle_time)


def agents_needed(
    calls: float,
    interval: float,
    handle_time: float,
    *,
    target: float,
    within: float,
    shrinkage: float = 0.0,
    concurrency: int = 1,
) -> Staffing:
    """The smallest team that answers a share of customers within a time.

    Parameters
    ----------
    calls
        Calls or chats that arrive in the interval, above 0.
    interval
        Its length, seconds.
    handle_time
        Mean time from the first word to the last, seconds.
    target
        Share of customers to be answered in time, above 0 and below 1.
    within
        That time, seconds.
    shrinkage
        Share of paid time away from the desk, 0 or more and below 1.
    concurrency
        Chats that an agent holds at once; 1 on the telephone.

    Returns
    -------
    Staffing
        Agents, positions, and what the customers will find.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range.

    Notes
    -----
    Chats are an approximation: an agent with 3 chats counts as 3 servers, each of whom takes the
    chat's whole duration. It holds while customers, too, take their time to answer, so that three
    chats go on as fast as one; beyond that the handle time itself must be measured at that load.

    Examples
    --------
    >>> agents_needed(100, 1800, 180, target=0.80, within=20, shrinkage=0.30)
    Staffing(agents=14, positions=20, service_level=0.88835, waiting=0.17413, mean_wait=7.84,
    occupancy=0.71429)
    """
    calls = amount(calls, "calls", above=0, unit="calls")
    interval = amount(interval, "interval", above=0, unit="seconds")
    handle_time = amount(handle_time, "handle_time", above=0, unit="seconds")
    within = amount(within, "within", least=0, unit="seconds")
    target = amount(target, "target", above=0, below=1, unit="a share, such as 0.8")
    shrinkage = amount(shrinkage, "shrinkage", least=0, below=1, unit="a share, such as 0.3")
    concurrency = whole(concurrency, "concurrency", rounded=True)
    traffic = calls * handle_time / interval
    agents = math.floor(traffic / concurrency) + 1
    while True:
        places = agents * concurrency
        level = service_level(places, traffic, handle_time=handle_time, within=within)
        if level >= target:
            break
        agents += 1
    waiting = erlang_c(places, traffic)
    return Staffing(
        agents=agents,
        positions=math.ceil(agents / (1 - shrinkage) - _CLOSE),
        service_level=level,
        waiting=waiting,
        mean_wait=waiting * handle_time / (places - traffic),
        occupancy=traffic / places,
        traffic=traffic,
        concurrency=concurrency,
        handle_time=handle_time,
        target=target,
        within=within,
    )


def queue_waits(arrivals: ArrayLike, durations: ArrayLike, servers: int) -> NDArray[np.float64]:
    """Replay arrivals: how long each customer waits if served in turn.

    Parameters
    ----------
    arrivals
        When each customer comes, seconds, in order; shape (customers,).
    durations
        How long each is served, seconds, above 0; shape (customers,).
    servers
        How many are served at once (agents times chats at once), at least 1.

    Returns
    -------
    numpy.ndarray
        Seconds of waiting, shape (customers,).

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a time is not finite, arrivals are out of order, or a duration is not
        above 0.

    Examples
    --------
    >>> queue_waits([0, 10, 20], [60, 60, 60], servers=2).tolist()
    [0.0, 0.0, 40.0]
    """
    servers = whole(servers, "servers", rounded=True)
    come = amounts(arrivals, "arrivals")
    take = amounts(durations, "durations", above=0, unit="seconds")
    if come.ndim != 1 or come.shape != take.shape:
        raise ValueError(
            f"arrivals have shape {come.shape} and durations {take.shape}; both need one number "
            "a customer"
        )
    earlier = np.diff(come, prepend=come[:1]) < 0
    refuse(earlier, arrivals, "arrivals", "it must be no earlier than the one before")
    free = [-math.inf] * servers
    waits = []
    # Plain floats: one by one, they are several times as fast as NumPy's.
    for time, duration in zip(come.tolist(), take.tolist(), strict=True):
        start = max(time, free[0])
        heapq.heapreplace(free, start + duration)
        waits.append(start - time)
    return np.array(waits, dtype=float)
