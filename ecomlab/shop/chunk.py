"""Some days of a run, as tables are made from them: rows, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.ground import Ground, Plan
from ecomlab.shop.keys import Bits, draw, key
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World

Ints = NDArray[np.int64]
DAY_SECONDS = 86_400
#: Customers' ids stay below this; a visit's id is its day times this plus its customer.
VISIT_STRIDE = 10_000_000
PURCHASE_STRIDE = 1_000


@dataclass(frozen=True)
class Chunk:
    """The rows of the days ``first`` .. ``last`` (inclusive) of a run.

    A table's builder is a pure function of a chunk, so tables can be made chunk by chunk in any
    order. What happens after ``until``, the run's last day, is not known yet: it is left out, or
    missing in an open order. Fixed tables come with the chunk that begins on day 0.
    """

    ground: Ground
    plan: Plan
    policy: Policy
    seed: int
    first: int
    last: int
    until: int
    blocks: dict[str, Block]

    @property
    def world(self) -> World:
        """What is true."""
        return self.ground.world

    def bits(self, purpose: str, *entity: Ints) -> Bits:
        """Random bits for rows named by whole numbers (a day and a customer, say)."""
        bits = np.zeros(len(entity[0]), dtype=np.uint64)
        purpose_key = key(self.seed, purpose)
        for part in entity:
            bits = draw(bits + np.asarray(part).astype(np.uint64), purpose_key)
        return bits


Builder = Callable[[Chunk], Block]


def visit_id(block: Block) -> Ints:
    """The id of the visit that a row belongs to."""
    return block["day"].astype(np.int64) * VISIT_STRIDE + block["customer_id"]


def moment(block: Block) -> Ints:
    """Seconds since the first midnight."""
    return block["day"].astype(np.int64) * DAY_SECONDS + block["second"]


def gathered(blocks: list[Block]) -> Block:
    """Day blocks of one table as one."""
    return {name: np.concatenate([b[name] for b in blocks]) for name in blocks[0]}


def take(block: Block, rows: NDArray) -> Block:
    """Some rows of a block."""
    return {name: column[rows] for name, column in block.items()}
