"""Charts and texts speak the language in force, with glyphs for all of it."""

from __future__ import annotations

import io
import warnings

import matplotlib as mpl
import pytest

from ecomlab.style import COLOURS, cjk_font_file, language, say, set_language

mpl.use("agg")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_text_is_said_in_the_language_in_force(lang):
    set_language(lang)
    assert language() == lang
    assert say(en="en", zh="zh") == lang


def test_another_language_is_refused():
    set_language("zh")
    with pytest.raises(ValueError, match="the course speaks en and zh, not 'fr'"):
        set_language("fr")
    assert language() == "zh"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_glyph_is_missing_in_either_language(lang):
    import matplotlib.pyplot as plt

    assert cjk_font_file() is not None
    set_language(lang)
    fig, ax = plt.subplots()
    ax.set_title("市场规模与增长趋势：直、骨、复、亿元 −1.5 % ± × ÷ → ≥ é")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig.savefig(io.BytesIO())
    plt.close(fig)


def test_the_palette_is_told_apart_without_colour():
    """Neighbours in the cycle differ in lightness (CIE 1931 Y), which survives any blindness."""

    def lightness(colour: str) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in mpl.colors.to_rgb(colour)
        ]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    assert len(set(COLOURS)) == len(COLOURS) == 7
    assert abs(lightness(COLOURS[0]) - lightness(COLOURS[1])) > 0.05
