"""The glossary: each term of the field in English and Chinese, the same everywhere.

Notebooks, charts and code speak of a thing by the names given here, chapter by chapter; a test
holds every lesson's two languages against them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecomlab.style import language
from ecomlab.terms import branding, market, membership, mining, pricing, supply
from ecomlab.terms.headings import HEADINGS
from ecomlab.terms.term import Term

if TYPE_CHECKING:
    import pandas as pd

CHAPTERS = (market, pricing, branding, membership, supply, mining)
TERMS: dict[str, Term] = {name: t for chapter in CHAPTERS for name, t in chapter.TERMS.items()}

_CODE = re.compile(r"`[^`]*`")


def term(name: str) -> str:
    """A term in the language in force.

    Raises
    ------
    ValueError
        If the glossary has no such term.

    Examples
    --------
    >>> term("market_size")
    'market size'
    """
    if name not in TERMS:
        raise ValueError(f"the glossary has no term {name!r}; add it to ecomlab/terms/")
    return getattr(TERMS[name], language())


def heading(name: object) -> str:
    """What a name is called in the language in force; as it stands where nobody has a word for it.

    Examples
    --------
    >>> heading("safety_stock"), heading("x7")
    ('safety stock', 'x7')
    """
    word = TERMS.get(str(name)) or HEADINGS.get(str(name))
    return str(name) if word is None else str(getattr(word, language()))


def speak(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a table whose headings are in the language in force, to be looked at.

    Headings that neither the glossary nor `HEADINGS` has stay as they are.

    Parameters
    ----------
    frame
        A table whose column and index names may be terms, e.g. ``year_on_year``.

    Examples
    --------
    >>> import pandas as pd
    >>> speak(pd.DataFrame({"year_on_year": [0.1], "note": ["x"]})).columns.tolist()
    ['year on year', 'note']
    """

    words = {**HEADINGS, **TERMS}

    def spoken(name: object) -> object:
        return getattr(words[name], language()) if name in words else name

    return frame.rename(columns=spoken).rename_axis(
        index=spoken(frame.index.name), columns=spoken(frame.columns.name)
    )


def missing_terms(en: str, zh: str) -> list[Term]:
    """The glossary's terms that an English text uses and its Chinese twin does not.

    Examples
    --------
    >>> [t.zh for t in missing_terms("The market size grew.", "市场变大了。")]
    ['市场规模']
    """
    english = " ".join(_CODE.sub(" ", en).casefold().split())
    return [
        t
        for t in TERMS.values()
        if t.en.casefold() in english and not any(name in zh for name in (t.zh, *t.also))
    ]
