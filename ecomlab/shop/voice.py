"""What people say: reviews, the brand survey, and questionnaires.

The brand survey's truth is a funnel per shop with double jeopardy: small brands have fewer
buyers who are also less loyal. The film that half the respondents are shown at random lifts
awareness and favour of Lantern Market by ``FILM``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.chunk import Builder, Chunk, take, visit_id
from ecomlab.shop.keys import Floats, below, normal, pick, uniform
from ecomlab.shop.ledger import Block
from ecomlab.shop.tables.people import PLATFORMS

Ints = NDArray[np.int64]
WAVE_DAYS = 91
FIRST_WAVE = 45
RESPONDENTS = 500
#: Log-odds that seeing the film adds to knowing, and points that it adds to recommending.
FILM = (0.45, 0.6)
#: Share that knows, considers if it knows, bought if it considers, is loyal if it bought.
FUNNEL = np.array(
    [[0.42, 0.55, 0.50, 0.30], [0.90, 0.72, 0.70, 0.48], [0.75, 0.62, 0.60, 0.40],
     [0.62, 0.58, 0.55, 0.36], [0.28, 0.48, 0.45, 0.24]]
)  # fmt: skip
#: Perceived price, quality, choice, delivery, trust, design of each shop, 1-7.
IMAGE = np.array(
    [[4.6, 4.9, 4.0, 4.8, 4.4, 5.2], [4.2, 4.8, 6.0, 5.6, 5.5, 4.2],
     [5.8, 3.6, 5.2, 4.0, 3.7, 3.6], [3.2, 5.7, 4.8, 4.6, 5.2, 5.0],
     [4.4, 4.6, 2.9, 3.4, 4.9, 4.5]]
)  # fmt: skip
ATTRIBUTES = ("price", "quality", "choice", "delivery", "trust", "design")


def reviews(chunk: Chunk) -> Block:
    """Reviews written by the run's last day."""
    lines = chunk.blocks["lines"]
    lines = take(lines, (lines["review_day"] >= 0) & (lines["review_day"] <= chunk.until))
    return {
        "order_id": visit_id(lines),
        "line_no": lines["line_no"],
        "product_id": lines["product_id"],
        "customer_id": lines["customer_id"],
        "written_on": lines["review_day"],
        "stars": lines["stars"],
    }


def waves(chunk: Chunk, first: int = FIRST_WAVE, every: int = WAVE_DAYS) -> Ints:
    """Days of the chunk on which a survey is asked."""
    return np.array(
        [d for d in range(chunk.first, chunk.last + 1) if d >= first and (d - first) % every == 0],
        dtype=np.int64,
    )


def _odds(share: Floats, more: Floats | float) -> Floats:
    odds = share / (1 - share) * np.exp(more)
    return odds / (1 + odds)


def brand_survey(chunk: Chunk) -> Block:
    """Every respondent is asked about every shop; awareness of this one grows with its age."""
    days, brands = waves(chunk), len(PLATFORMS)
    day = np.repeat(days, RESPONDENTS * brands)
    person = np.tile(np.repeat(np.arange(RESPONDENTS), brands), len(days))
    brand = np.tile(np.arange(brands), RESPONDENTS * len(days))
    wave = (day - FIRST_WAVE) // WAVE_DAYS

    def each(name: str) -> NDArray[np.uint64]:
        return chunk.bits(f"survey.{name}", wave, person)

    def both(name: str) -> NDArray[np.uint64]:
        return chunk.bits(f"survey.{name}", wave, person, brand)

    ours = brand == 0
    exposed = below(each("film"), 0.5)
    grown = np.where(ours, 0.10 * wave + FILM[0] * exposed, 0.0)
    aware = below(both("aware"), _odds(FUNNEL[brand, 0], grown))
    considers = aware & below(both("considers"), FUNNEL[brand, 1])
    bought = considers & below(both("bought"), FUNNEL[brand, 2])
    loyal = bought & below(both("loyal"), FUNNEL[brand, 3])
    likes = 6.2 + 0.35 * (IMAGE[brand, 4] - 4.5) + 0.8 * bought + 1.0 * loyal
    likes = likes + FILM[1] * (exposed & ours) + 2.0 * normal(both("likes"))
    halo = 0.5 * normal(both("halo"))
    image = {
        name: np.where(
            aware,
            np.clip(np.rint(IMAGE[brand, i] + halo + 1.1 * normal(both(name))), 1, 7),
            0,
        )
        for i, name in enumerate(ATTRIBUTES)
    }
    city = pick(each("city"), np.cumsum(chunk.ground.cities.share))
    return {
        "wave": wave + 1,
        "asked_on": day,
        "respondent_id": person,
        "city_id": city,
        "age": 18 + np.rint(uniform(each("age")) * 52),
        "brand": brand,
        "exposed": exposed,
        "aware": aware,
        "considers": considers,
        "bought": bought,
        "loyal": loyal,
        "recommend": np.where(aware, np.clip(np.rint(likes), 0, 10), -1),
        **image,
    }


#: Levels of the conjoint's product profiles: price in CNY, brand known, delivery days, stars.
PROFILES = tuple(
    f"{price}/{brand}/{days}/{stars}"
    for price, brand, days, stars in (
        (79, "known", 1, 4.8), (79, "unknown", 3, 4.2), (99, "known", 3, 4.8),
        (99, "unknown", 1, 4.2), (129, "known", 3, 4.2), (129, "unknown", 1, 4.8),
        (79, "known", 3, 4.2), (99, "known", 1, 4.2), (129, "known", 1, 4.8),
    )
)  # fmt: skip
#: True part-worths on the 0-10 scale: per CNY, known brand, per day, per star.
PART_WORTHS = (-0.05, 1.2, -0.4, 1.5)
SURVEY_DAY = 200
ASKED = 240


def surveys(chunk: Chunk) -> Block:
    """Five questionnaires, each answered once by some of the first customers."""
    if not chunk.first <= SURVEY_DAY <= chunk.last:
        return _answers([])
    people = np.arange(min(ASKED, chunk.world.size.customers))
    parts = [*_price_answers(chunk, people), *_conjoint_answers(chunk, people)]
    for i in range(10):  # SUS: odd items are praise, even ones complaints
        felt = (3.9 if i % 2 == 0 else 2.2) + 0.9 * _noise(chunk, people, 2, i)
        parts.append((2, f"sus{i + 1}", people, np.clip(np.rint(felt), 1, 5)))
    expected = np.array([6.0, 6.3, 6.2, 5.9, 5.6])
    perceived = np.array([5.6, 5.4, 5.1, 5.7, 5.2])
    for code, level in ((3, expected), (4, perceived)):
        for i, name in enumerate(
            ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
        ):
            felt = level[i] + 0.8 * _noise(chunk, people, code, i)
            parts.append((code, name, people, np.clip(np.rint(felt), 1, 7)))
    return _answers(parts)


def _noise(chunk: Chunk, people: Ints, survey: int, item: int) -> Floats:
    return normal(chunk.bits("answer", people, np.full(len(people), 100 * survey + item)))


def _price_answers(chunk: Chunk, people: Ints) -> list[tuple[int, str, Ints, Floats]]:
    """Van Westendorp's four prices for a tea box: rising by construction."""
    centre = np.log(88) + 0.30 * _noise(chunk, people, 0, 9)
    steps = zip(
        ("too_cheap", "cheap", "expensive", "too_expensive"), (-0.7, -0.25, 0.2, 0.55), strict=True
    )
    return [
        (0, name, people, np.rint(np.exp(centre + step + 0.07 * _noise(chunk, people, 0, i))))
        for i, (name, step) in enumerate(steps)
    ]


def _conjoint_answers(chunk: Chunk, people: Ints) -> list[tuple[int, str, Ints, Floats]]:
    per_cny, known, per_day, per_star = PART_WORTHS
    parts = []
    for i, profile in enumerate(PROFILES):
        price, brand, days, stars = profile.split("/")
        worth = 5 + per_cny * (float(price) - 99) + known * (brand == "known")
        worth += per_day * (float(days) - 2) + per_star * (float(stars) - 4.5)
        answer = worth + 1.2 * _noise(chunk, people, 1, i) + 0.6 * _noise(chunk, people, 1, 90)
        parts.append((1, profile, people, np.clip(np.rint(answer), 0, 10)))
    return parts


def _answers(parts: list[tuple[int, str, Ints, Floats]]) -> Block:
    def stacked(columns: list[NDArray], dtype: type) -> NDArray:
        return np.concatenate([np.empty(0, dtype=dtype), *columns])

    return {
        "survey": stacked([np.full(len(p), s) for s, _, p, _ in parts], np.int64),
        "asked_on": stacked([np.full(len(p), SURVEY_DAY) for _, _, p, _ in parts], np.int64),
        "respondent_id": stacked([p for _, _, p, _ in parts], np.int64),
        "question": stacked([np.full(len(p), q, dtype=object) for _, q, p, _ in parts], object),
        "answer": stacked([a for *_, a in parts], np.float64),
    }


BUILDERS: dict[str, Builder] = {f.__name__: f for f in (reviews, brand_survey, surveys)}
