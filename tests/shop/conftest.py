"""Small shops that several tests look at, lived once."""

from __future__ import annotations

import pytest

from ecomlab.shop import History, World, simulate


@pytest.fixture(scope="session")
def small_world() -> World:
    """A world of 1,500 people."""
    return World.draw(3, customers=1_500, products=48, cities=8, agents=12)


@pytest.fixture(scope="session")
def small_shop(small_world: World) -> History:
    """Fourteen months of it: every table has rows, every experiment has begun but one."""
    return simulate(small_world, days=430)
