"""Chat service: agents, shifts, training, and how long a chat waits and takes.

Service feeds nothing back: its tables are pure functions of visits and orders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.chunk import DAY_SECONDS, VISIT_STRIDE, Builder, Chunk, moment, take, visit_id
from ecomlab.shop.experiments import arms_of_few, wave_start
from ecomlab.shop.keys import Floats, below, entities, key, normal, shuffled, uniform
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World

Ints = NDArray[np.int64]
#: Chats that an agent works on at once.
CONCURRENT = 3
#: Share of agents whom the training programme takes: the weakest, in random waves.
PROGRAMME = 2 / 3


def skills(world: World) -> Floats:
    """Each agent's own log handle time against the median, shape (agents,); low is good."""
    noise = normal(entities(world.size.agents, world.seed, "agent"))
    return np.sort(world.service.skill * noise)[shuffled(len(noise), key(world.seed, "agent"))]


def trained_on(world: World, policy: Policy) -> Ints:
    """First day after training per agent, -1 for those never sent.

    The weaker two thirds are sent, which makes trained agents look slow; within them the wave
    is random, which makes the effect known.
    """
    experiment = policy.experiment("training")
    count = world.size.agents
    days = np.full(count, -1, dtype=np.int64)
    if experiment:
        sent = np.argsort(-skills(world), kind="stable")[: round(count * PROGRAMME)]
        waves = arms_of_few(experiment, len(sent), world)
        days[sent] = [wave_start(experiment, int(w)) for w in waves]
    return days


def on_duty(chunk: Chunk) -> NDArray[np.bool_]:
    """Who is on duty by day of the chunk and hour, shape (days, 24, agents).

    Each day the agents are called in an order of its own, for eight hours at most.
    """
    agents = chunk.world.size.agents
    days = range(chunk.first, chunk.last + 1)
    duty = np.zeros((len(days), 24, agents), dtype=bool)
    for i, day in enumerate(days):
        order = shuffled(agents, key(chunk.seed, "shift", day))
        position = 0
        working: list[tuple[int, int]] = []
        for hour in range(24):
            working = [(a, until) for a, until in working if until > hour]
            while len(working) < min(chunk.policy.agents[hour], agents):
                working.append((int(order[position % agents]), hour + 8))
                position += 1
            working = working[: chunk.policy.agents[hour]]
            duty[i, hour, [a for a, _ in working]] = True
    return duty


def agents(chunk: Chunk) -> Block:
    count = chunk.world.size.agents
    start = trained_on(chunk.world, chunk.policy)
    return {
        "agent_id": np.arange(count),
        "trained_on": np.where(start <= chunk.until, start, -1),
        "hourly_wage": np.full(count, 3_500),
    }


def shifts(chunk: Chunk) -> Block:
    """One row per agent and day: from the first to the last hour on duty."""
    duty = on_duty(chunk)
    day, agent = np.nonzero(duty.any(axis=1))
    hours = duty.transpose(0, 2, 1)[day, agent]
    return {
        "date": chunk.first + day,
        "agent_id": agent,
        "from_hour": hours.argmax(axis=1),
        "to_hour": 24 - hours[:, ::-1].argmax(axis=1),
    }


def tickets(chunk: Chunk) -> Block:
    """Chats before and after orders, with their waits and handle times."""
    service = chunk.world.service
    visits, orders = chunk.blocks["visits"], chunk.blocks["orders"]
    chance = service.chats * (1 + 3 * visits["intent"].astype(np.float64))
    asking = take(visits, below(chunk.bits("chat", visit_id(visits)), chance))
    late = below(chunk.bits("complaint", visit_id(orders)), service.complaints)
    after = take(orders, late)
    ids = np.concatenate([visit_id(asking), visit_id(after)])
    after_sale = np.repeat([False, True], [len(asking["day"]), len(after["day"])])
    opened = np.concatenate([moment(asking) + 60, moment(after) + 1_800])
    day_end = (np.concatenate([asking["day"], after["day"]]).astype(np.int64) + 1) * DAY_SECONDS - 1
    opened = np.minimum(opened, day_end)
    ticket = 2 * ids + after_sale
    agent, load = _assign(chunk, ticket, opened)
    trained = trained_on(chunk.world, chunk.policy)[agent]
    is_trained = (trained >= 0) & (opened // DAY_SECONDS >= trained)
    noise = 0.5 * normal(chunk.bits("handle", ticket))
    log_handle = skills(chunk.world)[agent] + service.training * is_trained + noise
    handle = np.rint(service.handle * np.exp(log_handle + 0.25 * after_sale))
    busy = load**2 / np.maximum(1 - load, 0.15)
    wait = -np.log(uniform(chunk.bits("wait", ticket))) * (14 + 90 * busy)
    replied = opened + 2 + np.rint(np.minimum(wait, 3_600)).astype(np.int64)
    closed = replied + np.rint(handle * CONCURRENT * 0.8).astype(np.int64)
    felt = 4.5 - 0.004 * wait - 0.5 * log_handle - 0.6 * after_sale
    felt = felt + 0.8 * normal(chunk.bits("score", ticket))
    topic = (uniform(chunk.bits("topic", ticket)) * 2.5).astype(np.int64)
    order = np.argsort(ticket, kind="stable")
    rows = {
        "ticket_id": ticket,
        "customer_id": ids % VISIT_STRIDE,
        "visit_id": ids,
        "agent_id": agent,
        "after_sale": after_sale,
        "topic": np.where(after_sale, topic + 2, topic % 2),
        "opened_at": opened,
        "replied_at": replied,
        "closed_at": closed,
        "handle": handle,
        "score": np.clip(np.rint(felt), 1, 5),
        "ordered": np.concatenate([asking["ordered"].astype(bool), np.ones(late.sum(), bool)]),
    }
    return take(rows, order)


def _assign(chunk: Chunk, ticket: Ints, opened: Ints) -> tuple[Ints, Floats]:
    """An agent on duty for each chat, at random, and the hour's load on those on duty."""
    duty = on_duty(chunk)
    day, hour = opened // DAY_SECONDS - chunk.first, opened % DAY_SECONDS // 3_600
    there = duty[day, hour]
    number = np.maximum(there.sum(axis=1), 1)
    draw = (uniform(chunk.bits("agent", ticket)) * number).astype(np.int64)
    agent = ((np.cumsum(there, axis=1) <= draw[:, None]).sum(axis=1)).clip(0, there.shape[1] - 1)
    slot = day * 24 + hour
    chats = np.bincount(slot, minlength=1)[slot] if len(slot) else np.zeros(0)
    load = chats * chunk.world.service.handle / 3_600 / (number * CONCURRENT)
    return agent, np.minimum(load, 1.5)


BUILDERS: dict[str, Builder] = {f.__name__: f for f in (agents, shifts, tickets)}
