"""What every picture of a lab must do, for any test that draws some."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO

from matplotlib.figure import Figure

from ecomlab.style import set_language


def speaks(draw: Callable[[], Figure], language: str) -> bool:
    """Whether a drawn picture's title is in a language, and all its glyphs are there.

    A missing glyph is a warning, and here an error.
    """
    set_language(language)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = draw()
        picture.savefig(BytesIO(), format="png")
    title = picture.axes[0].get_title(loc="left")
    return bool(title) and any("一" <= c <= "鿿" for c in title) == (language == "zh")
