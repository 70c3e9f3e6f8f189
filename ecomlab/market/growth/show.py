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
