"""What every lab's face is made of: controls above, a chart and a table that follow them.

A lab is a pure function of its settings; its face only carries them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.figure import Figure

_LOOK: dict[str, Any] = {"style": {"description_width": "17em"}, "layout": {"width": "36em"}}


def png(picture: Figure) -> bytes:
    """The figure as PNG, without a date or version inside, so equal figures give equal bytes."""
    buffer = BytesIO()
    picture.savefig(buffer, format="png", dpi=96, metadata={"Software": None})
    return buffer.getvalue()


def slider(
    name: str, value: float, low: float, high: float, step: float, form: str
) -> ipywidgets.FloatSlider:
    """A slider over numbers, which speaks up when it is let go.

    Parameters
    ----------
    name
        What stands before it, with its unit.
    value, low, high, step
        Where it stands, its two ends and its step, in that unit.
    form
        How its value is printed, e.g. ``".0%"``.
    """
    import ipywidgets as widgets

    return widgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        readout_format=form,
        description=name,
        continuous_update=False,
        **_LOOK,
    )


def whole(name: str, value: int, low: int, high: int, step: int = 1) -> ipywidgets.IntSlider:
    """A slider over whole numbers."""
    import ipywidgets as widgets

    return widgets.IntSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        readout_format=",d",
        description=name,
        continuous_update=False,
        **_LOOK,
    )


def stops(
    name: str, value: object, options: Iterable[tuple[str, object]]
) -> ipywidgets.SelectionSlider:
    """A slider over named stops, such as days."""
    import ipywidgets as widgets

    return widgets.SelectionSlider(
        options=list(options), value=value, description=name, continuous_update=False, **_LOOK
    )


def pick(name: str, value: object, options: Iterable[tuple[str, object]]) -> ipywidgets.Dropdown:
    """A list to choose one thing from."""
    import ipywidgets as widgets

    return widgets.Dropdown(options=list(options), value=value, description=name, **_LOOK)


def html_table(
    headings: Iterable[str],
    rows: Iterable[Iterable[str]],
    *,
    colour: Mapping[int, str] | None = None,
) -> str:
    """Rows of text as a small HTML table; whatever the text holds is shown, never interpreted.

    Parameters
    ----------
    headings
        One heading a column.
    rows
        The text of each cell.
    colour
        By row, counted from 0, the colour of a bar before it, if any. The text stays black:
        yellow on white cannot be read.

    Examples
    --------
    >>> html_table(["city"], [["A & B"]])
    "<table style='line-height:1.7'><tr><th style='text-align:left;padding-right:1em'>city</th>\
</tr><tr><td style='text-align:left;padding-right:1em;white-space:nowrap'>A &amp; B</td></tr>\
</table>"
    """
    colours = colour or {}
    look = "text-align:left;padding-right:1em"
    head = "".join(f"<th style='{look}'>{escape(h)}</th>" for h in headings)
    body = ""
    for place, row in enumerate(rows):
        ink = colours.get(place, "transparent")
        edge = f"border-left:5px solid {ink};padding-left:.6em;" if colours else ""
        # A number or a word stays whole; sentences give way.
        cells = "".join(
            f"<td style='{first}{look}{';white-space:nowrap' if len(cell) <= 8 else ''}'>"
            f"{escape(cell)}</td>"
            for first, cell in zip_longest([edge], row, fillvalue="")
        )
        body += f"<tr>{cells}</tr>"
    # Rows closer than JupyterLab would set them: chart and table fit on one screen.
    return f"<table style='line-height:1.7'><tr>{head}</tr>{body}</table>"


def face(
    controls: Mapping[str, ipywidgets.ValueWidget],
    draw: Callable[[dict[str, Any]], Figure],
    read: Callable[[dict[str, Any]], str],
) -> ipywidgets.VBox:
    """The controls, and below them a chart and a readout that follow them.

    Their values are set (an Image's and an HTML's): output captured from a callback would not
    survive strict nbval.

    Parameters
    ----------
    controls
        The widgets by the name of the setting that each one holds.
    draw, read
        The settings' figure, and their readout as HTML.

    Returns
    -------
    ipywidgets.VBox
        The controls in order, then the chart, then the readout.
    """
    import ipywidgets as widgets

    chart = widgets.Image(format="png", layout={"max_width": "100%"})
    readout = widgets.HTML()

    def follow(_change: object = None) -> None:
        settings = {name: control.value for name, control in controls.items()}
        chart.value = png(draw(settings))
        readout.value = read(settings)

    for control in controls.values():
        control.observe(follow, names="value")
    follow()
    return widgets.VBox([*controls.values(), chart, readout])
