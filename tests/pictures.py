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


def ends(control) -> list:
    """The values at a control's two ends: of a slider, or of a list's options."""
    if hasattr(control, "options"):
        values = [o[1] if isinstance(o, tuple) else o for o in control.options]
        return [values[0], values[-1]]
    return [control.min, control.max]


def _shown(chart, readout) -> tuple[bytes, str]:
    """What a face shows now: a chart, and a readout without a hole."""
    assert bytes(chart.value).startswith(b"\x89PNG")
    assert readout.value
    assert "nan" not in readout.value
    return bytes(chart.value), readout.value


def moves_everything(box) -> None:
    """Assert that each control of a lab's face changes what it shows, towards one end at least.

    At both ends there is a chart and a readout.
    """
    *controls, chart, readout = box.children
    for control in controls:
        usual, before = control.value, _shown(chart, readout)
        shown = set()
        for end in ends(control):
            control.value = end
            shown.add(_shown(chart, readout))
        assert shown - {before}, f"{control.description} does nothing"
        control.value = usual


def draws_every_end(box) -> None:
    """Assert that a lab's face has a chart and a readout at both ends of each control."""
    *controls, chart, readout = box.children
    for control in controls:
        usual = control.value
        for end in ends(control):
            control.value = end
            _shown(chart, readout)
        control.value = usual
