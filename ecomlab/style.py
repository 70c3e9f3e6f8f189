"""How the course speaks and draws: its language, its colours, its fonts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

LANGUAGES = ("en", "zh")

# Okabe and Ito's palette (2008), told apart by readers with any common colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

_CJK_FONT = "Noto Sans CJK SC"
_language = "en"


def set_language(language: str) -> None:
    """Choose the language that tables, charts and messages speak from now on, and style charts.

    Parameters
    ----------
    language
        ``"en"`` or ``"zh"``.

    Raises
    ------
    ValueError
        If the course does not speak that language.
    """
    global _language
    if language not in LANGUAGES:
        raise ValueError(f"the course speaks {' and '.join(LANGUAGES)}, not {language!r}")
    _language = language
    _style_charts()


def language() -> str:
    """The language in force: ``"en"`` or ``"zh"``."""
    return _language


def say(*, en: str, zh: str) -> str:
    """The text in the language in force.

    Examples
    --------
    >>> say(en="market size", zh="市场规模")
    'market size'
    """
    return zh if _language == "zh" else en


class Say(Protocol):
    """As :func:`say`: the text in one language."""

    def __call__(self, *, en: str, zh: str) -> str: ...


def in_language(lang: str) -> Say:
    """A ``say`` that speaks ``lang`` alone, whatever the language in force.

    For commands that draw nothing: `set_language` loads matplotlib to style charts, and a doctor
    may be called because matplotlib is broken.

    Examples
    --------
    >>> in_language("zh")(en="market size", zh="市场规模")
    '市场规模'
    """

    def say(*, en: str, zh: str) -> str:
        return zh if lang == "zh" else en

    return say


def cjk_font_file() -> Path | None:
    """The Chinese font's file, from the package of the extra ``zh``; None where it is missing."""
    spec = find_spec("noto_cjk_sans_otc")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).with_name("NotoSansCJK-Regular.ttc")
    return file if file.is_file() else None


def _style_charts() -> None:
    """Set matplotlib's defaults: quiet axes, readable sizes, and a font that has Chinese."""
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib import font_manager

    families = ["DejaVu Sans"]
    if file := cjk_font_file():
        # From the file: the font cache of another environment may not know it.
        if _CJK_FONT not in font_manager.fontManager.get_font_names():
            font_manager.fontManager.addfont(file)
        families = [_CJK_FONT, *families] if _language == "zh" else [*families, _CJK_FONT]
    mpl.rcParams.update(
        {
            "font.family": families,
            "axes.prop_cycle": cycler(color=COLOURS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.titlelocation": "left",
            "axes.titleweight": "normal",
            "axes.titlesize": 12,
            "axes.unicode_minus": False,
            "grid.color": "#E5E5E5",
            "figure.figsize": (7.2, 4.0),
            "figure.dpi": 96,
            "legend.frameon": False,
            # Marks in SVG files are hashed with this salt; a fixed one keeps builds identical.
            "svg.hashsalt": "ecomlab",
        }
    )
