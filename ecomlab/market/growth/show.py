"""How the section's small results look in a notebook."""

from __future__ import annotations

from html import escape


def card(title: str, rows: dict[str, str], note: str = "") -> str:
    """A small table with a caption, and a note below it where there is something to add."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th><td>{escape(text)}</td></tr>"
        for name, text in rows.items()
    )
    below = f"<p>{escape(note)}</p>" if note else ""
    caption = f"<caption style='text-align:left'><b>{escape(title)}</b></caption>"
    return f"<table>{caption}{lines}</table>{below}"


def line(of: object, **values: float | str | bool) -> str:
    """An object in one line: figures to four digits, as further ones differ between processors."""
    told = (f"{n}={v:.4g}" if isinstance(v, float) else f"{n}={v!r}" for n, v in values.items())
    return f"{type(of).__name__}({', '.join(told)})"
