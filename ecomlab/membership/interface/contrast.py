"""Whether a text can be read: the contrast of two colours."""

from __future__ import annotations

import re

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
#: How much red, green and blue light the eye takes for brightness.
_EYE = (0.2126, 0.7152, 0.0722)
#: What WCAG 2.2 asks of ordinary text (level AA), of large text and of parts of controls.
TEXT, LARGE_TEXT = 4.5, 3.0


def contrast_ratio(a: str, b: str) -> float:
    """The contrast of two colours, from 1 (none) to 21 (black on white).

    Parameters
    ----------
    a, b
        Colours as six hexadecimal digits, such as ``"#0072B2"``; in either order.

    Returns
    -------
    float
        (L1 + 0.05) / (L2 + 0.05), the lighter colour's relative luminance above. WCAG 2.2 asks for
        4.5 for ordinary text, and 3 for large text and the edges of controls (level AA).

    Raises
    ------
    TypeError, ValueError
        If a colour is not written so.

    Notes
    -----
    Web Content Accessibility Guidelines 2.2 (W3C 2023), success criteria 1.4.3 and 1.4.11, and the
    definitions of contrast ratio and relative luminance.

    Examples
    --------
    >>> round(contrast_ratio("#333333", "#FFFFFF"), 2)
    12.63
    """
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance: screens store light on a curve, which is straightened first."""
    if not isinstance(colour, str):
        raise TypeError(f"a colour is text such as '#0072B2', not {colour!r}")
    found = _HEX.fullmatch(colour.strip())
    if not found:
        raise ValueError(f"{colour!r} is no colour; write six hexadecimal digits, as in '#0072B2'")
    parts = (int(found[1][i : i + 2], 16) / 255 for i in (0, 2, 4))
    light = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return sum(share * c for share, c in zip(_EYE, light, strict=True))
