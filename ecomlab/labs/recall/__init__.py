"""Recall: three short questions on earlier sections, at the start of every notebook.

The questions of a chapter's sections stand in the module of that chapter, one function a section.
"""

from __future__ import annotations

from importlib import import_module

from ecomlab.labs.quiz import Quiz


def recall(section: str) -> Quiz:
    """The recall questions that open a section, in the language in force.

    Parameters
    ----------
    section
        Chapter and section, e.g. ``"market/growth"``.

    Raises
    ------
    ValueError
        If no questions are written for it.

    Examples
    --------
    >>> len(recall("market/growth").questions)
    3
    """
    chapter, _, name = section.partition("/")
    try:
        questions = getattr(import_module(f"ecomlab.labs.recall.{chapter}"), name)
    except (ImportError, AttributeError):
        raise ValueError(f"there are no recall questions for {section!r}") from None
    return Quiz(*questions())
