"""A chart crosses as a description: its axes, labels, series and limits, drawn anew over there."""

from __future__ import annotations

import sys
from typing import Any

_AXIS_TEXTS = ("title", "xlabel", "ylabel", "xscale", "yscale")


def describe(value: Any) -> dict | None:
    """A matplotlib figure, or axes, as plain data; None for anything else."""
    figure_module = sys.modules.get("matplotlib.figure")
    axes_module = sys.modules.get("matplotlib.axes")
    if figure_module is None or axes_module is None:
        return None
    if isinstance(value, figure_module.Figure):
        return {
            "axes": [_describe_axes(a) for a in value.axes],
            "size": [float(n) for n in value.get_size_inches()],
            "suptitle": value.get_suptitle(),
            "which": None,
        }
    if isinstance(value, axes_module.Axes):
        return {"axes": [_describe_axes(value)], "size": [6.4, 4.8], "suptitle": "", "which": 0}
    return None


def _describe_axes(axes: Any) -> dict:
    import numpy as np

    legend = axes.get_legend()
    return {
        **{name: getattr(axes, f"get_{name}")() for name in _AXIS_TEXTS},
        "xlim": [float(v) for v in axes.get_xlim()],
        "ylim": [float(v) for v in axes.get_ylim()],
        "lines": [
            {
                "x": np.array(line.get_xdata()),
                "y": np.array(line.get_ydata()),
                "label": str(line.get_label()),
                "color": _colour(line.get_color()),
                "linestyle": str(line.get_linestyle()),
                "marker": str(line.get_marker()),
            }
            for line in axes.lines
        ],
        "bars": [
            {
                "box": [float(v) for v in (*p.get_xy(), p.get_width(), p.get_height())],
                "label": str(p.get_label()),
                "color": _colour(p.get_facecolor()),
            }
            for p in axes.patches
            if hasattr(p, "get_width") and hasattr(p, "get_xy") and hasattr(p, "get_height")
        ],
        "points": [
            {"at": np.array(c.get_offsets(), dtype=float), "label": str(c.get_label())}
            for c in axes.collections
            if len(c.get_offsets())
        ],
        "texts": [[*(float(v) for v in t.get_position()), t.get_text()] for t in axes.texts],
        "xticks": [t.get_text() for t in axes.get_xticklabels()],
        "yticks": [t.get_text() for t in axes.get_yticklabels()],
        "legend": None if legend is None else [t.get_text() for t in legend.get_texts()],
    }


def _colour(colour: Any) -> list[float]:
    from matplotlib.colors import to_rgba

    return [float(v) for v in to_rgba(colour)]


def rebuild(description: dict) -> Any:
    """A figure, or axes, as they were described, of matplotlib's own classes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=tuple(description["size"]))
    if description["suptitle"]:
        figure.suptitle(description["suptitle"])
    for place, told in enumerate(description["axes"]):
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8), label=f"axes {place}")
        _rebuild_axes(axes, told)
    return figure if description["which"] is None else figure.axes[description["which"]]


def _rebuild_axes(axes: Any, told: dict) -> None:
    from matplotlib.patches import Rectangle

    for name in ("xscale", "yscale"):
        getattr(axes, f"set_{name}")(told[name])
    for line in told["lines"]:
        axes.plot(
            line["x"],
            line["y"],
            label=line["label"],
            color=line["color"],
            linestyle=line["linestyle"],
            marker=line["marker"],
        )
    for bar in told["bars"]:
        x, y, width, height = bar["box"]
        axes.add_patch(Rectangle((x, y), width, height, label=bar["label"], facecolor=bar["color"]))
    for points in told["points"]:
        axes.scatter(points["at"][:, 0], points["at"][:, 1], label=points["label"])
    for x, y, text in told["texts"]:
        axes.text(x, y, text)
    for name in ("title", "xlabel", "ylabel"):
        getattr(axes, f"set_{name}")(told[name])
    for side in ("x", "y"):
        labels = told[f"{side}ticks"]
        if any(labels):
            getattr(axes, f"set_{side}ticks")(range(len(labels)), labels)
        getattr(axes, f"set_{side}lim")(told[f"{side}lim"])
    if told["legend"] is not None:
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], label=text) for text in told["legend"]]
        axes.legend(handles=handles)
