"""Section 1.2: how its results look, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import Any

import pytest

from ecomlab.market import growth
from ecomlab.style import set_language


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_and_cards_speak_the_language_without_a_missing_glyph(quarters, language):
    import matplotlib

    matplotlib.use("Agg")
    set_language(language)
    fits = [growth.fit_bass(growth.bass(0.03, 0.38, 1000, n)) for n in (5, 14)]
    tested = growth.backtest(quarters, folds=3)
    results: list[Any] = [*fits, tested, growth.concentration([0.5, 0.5])]
    chinese = [any("一" <= c <= "鿿" for c in r._repr_html_()) for r in results]
    assert chinese == [language == "zh"] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shown in results[:3]:
            figure = shown.plot().figure
            figure.savefig("/dev/null", format="png")
            matplotlib.pyplot.close(figure)


def test_importing_the_section_loads_nothing_heavy():
    heavy = "{'pandas', 'scipy', 'statsmodels', 'matplotlib', 'sklearn', 'ipywidgets'}"
    code = (
        "import sys, ecomlab.market.growth, ecomlab.labs.growth; "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
