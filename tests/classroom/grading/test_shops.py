"""Simulated shops: what the reference opens is simulated once, and never again for a student."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom import grade
from ecomlab.classroom.grading import sandbox
from smallclass import KERNEL, answer, checks, graded, make_course, plain, submit

LACKING = sandbox.missing("strict")
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"this machine lacks {'; '.join(LACKING)} (for the sandbox)"
)
OPEN = "open_shop(seed={}, days=8, customers=100)"
PEEK = "\nfrom ecomlab.shop.cache import cache_folder\n" + (
    "seeds = sorted(p.name.split('-')[1] for p in cache_folder().glob('seed-*'))"
)


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """A course whose reference opens the shop of seed 5, and whose hidden test that of seed 6."""
    folder = tmp_path_factory.mktemp("shops")
    cells = [
        plain("from ecomlab import open_shop"),
        graded("from ecomlab import open_shop", "setup", locked=True),
        answer("count", f"count = len({OPEN.format(5)}.products)"),
        checks("count-test", "", f"assert count == len({OPEN.format(6)}.products)"),
        answer("seeds", f"seeds = ['5']{PEEK.replace('seeds = ', '_ = ')}"),
        checks("seeds-test", "", "assert seeds == ['5'], seeds"),
    ]
    course = make_course(folder / "course", {"nb": new_notebook(cells=cells, metadata=KERNEL)})
    honest = {"count": f"count = len({OPEN.format(5)}.products)", "seeds": PEEK}
    submit(course, "ann", honest)
    cache = folder / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECOMLAB_CACHE", str(cache))
        first = grade("one", course=course)
        made = {p: p.stat().st_mtime_ns for p in cache.rglob("*")}
        second = grade("one", course=course, again=True)
    return cache, first, second, made


def test_what_the_reference_opens_is_kept_for_all(shops):
    cache, first, _, made = shops
    kept = {p.name.split("-days")[0] for p in cache.iterdir()}
    assert kept == {"seed-5", "seed-6"}
    assert {p: p.stat().st_mtime_ns for p in cache.rglob("*")} == made
    assert first.references["nb"].sealed == {"count-test", "seeds-test"}


def test_a_student_sees_the_shops_that_the_reference_opens_and_no_hidden_tests(shops):
    for report in shops[1:3]:
        (result,) = report.results
        assert (result.score, result.lost, result.unusual) == (2, [], [])
