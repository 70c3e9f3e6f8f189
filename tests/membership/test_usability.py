"""Section 4.1: what is measured of a page and asked of its users, against published numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.interface import (
    cart_abandonment,
    contrast_ratio,
    find_time,
    performance_score,
    sus,
    web_vitals,
)
from ecomlab.membership.interface.vitals import POINTS, THRESHOLDS, WEIGHTS

COLOURS = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
STEPS = ("cart", "checkout", "pay", "paid")


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("#333333", "#FFFFFF", 12.63),
        ("#000000", "#FFFFFF", 21),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
    ],
)
def test_contrasts_are_the_published_ones(a, b, ratio):
    assert contrast_ratio(a, b) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_has_no_order_and_lies_between_1_and_21(a, b):
    ratio = contrast_ratio(a, b)
    assert 1 <= ratio <= 21 + 1e-9
    assert ratio == contrast_ratio(b, a) == contrast_ratio(a.upper(), b[1:])
    assert contrast_ratio(a, a) == 1


@pytest.mark.parametrize("colour", ["red", "#12345", "#GGGGGG", ""])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(ValueError, match="is no colour; write six hexadecimal digits"):
        contrast_ratio("#000000", colour)
    with pytest.raises(TypeError, match="a colour is text"):
        contrast_ratio("#000000", 0x123456)


@pytest.mark.parametrize(
    ("metric", "good", "poor"),
    [("lcp", 2500, 4000), ("inp", 200, 500), ("cls", 0.1, 0.25), ("fcp", 1800, 3000),
     ("ttfb", 800, 1800)],
)  # fmt: skip
def test_ratings_change_above_the_published_thresholds(metric, good, poor):
    steps = (good, good + 0.001, poor, poor + 0.001)
    rated = [web_vitals(pd.DataFrame({metric: [value]}))["rating"].iloc[0] for value in steps]
    assert rated == ["good", "needs improvement", "needs improvement", "poor"]


@given(st.lists(st.floats(0, 9000), min_size=1, max_size=40))
@settings(deadline=None, max_examples=40)
def test_a_page_is_good_if_and_only_if_three_visits_in_four_are(values):
    row = web_vitals(pd.DataFrame({"lcp": values})).loc["lcp"]
    assert (row["rating"] == "good") == (row["good"] >= 0.75)
    assert row["good"] + row["needs improvement"] + row["poor"] == pytest.approx(1)
    assert row["p75"] in values


def test_vitals_are_split_by_a_column():
    measures = pd.DataFrame({"device": ["m", "d", "m"], "lcp": [5000, 900, 5000]})
    found = web_vitals(measures, by="device")["rating"]
    assert found.to_dict() == {("d", "lcp"): "good", ("m", "lcp"): "poor"}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"speed": [1]}), "no column 'lcp'"),
        (pd.DataFrame({"lcp": []}), "measures has no rows"),
        (pd.DataFrame({"lcp": [1.0, -2.0]}), "'lcp' is -2 in row 1; it must be at least 0"),
        (pd.DataFrame({"lcp": [1.0, np.nan]}), "'lcp' is missing in row 1; a finite"),
    ],
)
def test_faulty_measures_are_named(frame, message):
    with pytest.raises(ValueError, match=message):
        web_vitals(frame)
    with pytest.raises(ValueError, match="no column 'device'"):
        web_vitals(pd.DataFrame({"lcp": [1]}), by="device")


@pytest.mark.parametrize("device", ["mobile", "desktop"])
@pytest.mark.parametrize(("place", "score"), [(0, 90), (1, 50)])
def test_scores_pass_through_the_published_points(device, place, score):
    page = {name: points[place] for name, points in POINTS[device].items()}
    assert performance_score(page, device=device) == pytest.approx(score)


def test_the_published_points_and_weights_are_kept():
    assert POINTS["mobile"] == {
        "lcp": (2500, 4000), "tbt": (200, 600), "fcp": (1800, 3000), "si": (3387, 5800),
        "cls": (0.1, 0.25),
    }  # fmt: skip
    assert list(WEIGHTS.values()) == [25, 30, 10, 10, 25]
    assert set(THRESHOLDS) == {"lcp", "inp", "cls", "fcp", "ttfb"}


@given(st.sampled_from(sorted(WEIGHTS)), st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_slower_page_never_scores_better(metric, one, other):
    page = {"lcp": 2000, "tbt": 300, "fcp": 1500, "si": 3000, "cls": 0.1}
    fast, slow = sorted((one, other))
    better, worse = (performance_score({**page, metric: v}, device="mobile") for v in (fast, slow))
    assert 0 <= worse <= better <= 100


def test_a_faulty_score_is_refused():
    page = {name: points[0] for name, points in POINTS["mobile"].items()}
    with pytest.raises(
        ValueError, match="device is 'phone'; it must be one of 'mobile', 'desktop'"
    ):
        performance_score(page, device="phone")
    with pytest.raises(ValueError, match="metrics has no 'tbt'"):
        performance_score({k: v for k, v in page.items() if k != "tbt"}, device="mobile")
    with pytest.raises(ValueError, match="metric 'lcp' is -1"):
        performance_score({**page, "lcp": -1}, device="mobile")
    with pytest.raises(TypeError, match="metric 'lcp' is 'fast'; a number is needed"):
        performance_score({**page, "lcp": "fast"}, device="mobile")


def _answers(*people: list[int]) -> pd.DataFrame:
    rows = [(who, f"sus{n}", a) for who, given in enumerate(people) for n, a in enumerate(given, 1)]
    return pd.DataFrame(rows, columns=["respondent_id", "question", "answer"])


def test_sus_runs_from_0_to_100():
    worst, best = [1, 5] * 5, [5, 1] * 5
    assert sus(_answers(worst))["score"].iloc[0] == 0
    assert sus(_answers(best))["score"].iloc[0] == 100
    row = sus(_answers(worst, best)).iloc[0]
    assert (row["score"], row["respondents"]) == (50, 2)


def test_brookes_own_example_gives_22_points():
    """Brooke (1996), page 6: the marked form, whose contributions add up to 22."""
    assert sus(_answers([5, 4, 2, 1, 2, 3, 2, 4, 5, 2]))["score"].iloc[0] == 55


@given(st.lists(st.lists(st.integers(1, 5), min_size=10, max_size=10), min_size=2, max_size=6))
@settings(deadline=None, max_examples=25)
def test_the_order_of_answers_does_not_matter(people):
    answers = _answers(*people)
    pd.testing.assert_frame_equal(sus(answers), sus(answers.iloc[::-1]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda a: a.assign(answer=6),
            "is 6 in row 0, the first of 10; it must be at least 1 and at most 5",
        ),
        (lambda a: a.iloc[:-1], "respondent 0 did not answer each of the 10 questions once"),
        (lambda a: pd.concat([a, a.iloc[:1]]), "did not answer each of the 10 questions once"),
        (lambda a: a.assign(question="happy"), "question 'happy' in row 0 has no number"),
        (lambda a: a.drop(columns="question"), "answers has no column 'question'"),
    ],
)
def test_faulty_answers_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        sus(change(_answers([3] * 10)))


def _events(*paths: str) -> pd.DataFrame:
    """One visit a path: events with their second, e.g. "land 0 view 12"."""
    rows = []
    for visit, path in enumerate(paths):
        words = path.split()
        rows += [
            (visit, kind, pd.Timestamp("2025-06-18") + pd.Timedelta(seconds=int(second)))
            for kind, second in zip(words[::2], words[1::2], strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["visit_id", "kind", "at"])
    return frame.astype({"kind": "str", "at": "datetime64[us]"})


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_the_clock_runs_from_the_first_event_to_the_first_product(kind):
    events = _events("land 0 view 20 view 90", "land 5", "view 9 land 1")
    events = events.sample(frac=1, random_state=1)
    row = find_time(engines.table(events, kind)).iloc[0]
    assert row.round(6).tolist() == [3, round(2 / 3, 6), 14, 18.8]


def test_finding_is_split_by_a_column_and_refuses_an_unknown_event():
    events = _events("land 0 view 10", "land 0 view 30", "land 0").assign(
        device=["a"] * 2 + ["b"] * 3
    )
    assert find_time(events, by="device")["found"].to_dict() == {"a": 1.0, "b": 0.5}
    with pytest.raises(ValueError, match="no visit has the event 'wish'"):
        find_time(events, target="wish")


@given(st.lists(st.integers(1, 4), min_size=1, max_size=25), st.sampled_from(engines.LOCAL))
@settings(deadline=None, max_examples=20)
def test_every_cart_is_counted_once_at_its_furthest_step(furthest, kind):
    paths = [" ".join(f"{s} {i}" for i, s in enumerate(STEPS[:n])) + " cart 9" for n in furthest]
    table = cart_abandonment(engines.table(_events(*paths, "view 0"), kind))
    assert table["carts"].tolist() == [furthest.count(n) for n in (1, 2, 3, 4)]
    assert table["share"].sum() == pytest.approx(1)


def test_a_paid_visit_without_a_cart_is_a_fault_not_a_sale():
    with pytest.raises(ValueError, match=r"1 visits have a later step without 'cart'.*visit 1"):
        cart_abandonment(_events("cart 0 paid 1", "paid 5"))
    with pytest.raises(ValueError, match="no visit has 'cart'"):
        cart_abandonment(_events("view 0"))
    with pytest.raises(ValueError, match="steps must name at least"):
        cart_abandonment(_events("cart 0"), steps=("cart",))
