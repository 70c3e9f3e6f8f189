"""Read a student's answer in whatever natural form it comes, or say in one sentence what is wrong.

The test cells of the course use these. Each function raises AssertionError, so that nbgrader
counts a wrong form as a wrong answer, with a message that a student can act on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Number
from typing import TYPE_CHECKING, Any

from ecomlab.style import say

if TYPE_CHECKING:
    import numpy as np


def number(answer: Any, name: str) -> float:
    """A single number: int, float, fraction, NumPy scalar, or anything that holds just one.

    Parameters
    ----------
    answer
        What the student assigned.
    name
        The name it was assigned to, for the message.

    Examples
    --------
    >>> import numpy as np
    >>> number(np.float32(0.5), "share"), number([12], "orders")
    (0.5, 12.0)
    >>> number(..., "share")
    Traceback (most recent call last):
        ...
    AssertionError: `share` is still empty: replace the ... with your answer.
    """
    __tracebackhide__ = True
    filled(answer, name)
    values = numbers(answer, name) if _is_collection(answer) else [_as_float(answer, name)]
    _require(
        len(values) == 1,
        en=f"`{name}` should be one number, and it holds {len(values)}.",
        zh=f"`{name}` 应当是一个数，现在里面有 {len(values)} 个。",
    )
    return float(values[0])


def numbers(answer: Any, name: str) -> np.ndarray:
    """Several numbers in order, from a list, tuple, array, Series, one-column frame or dict.

    Examples
    --------
    >>> numbers((1, 2.5), "sales").tolist()
    [1.0, 2.5]
    """
    __tracebackhide__ = True
    import numpy as np

    filled(answer, name)
    if not _is_collection(answer):
        answer = [answer]
    values = answer.values() if isinstance(answer, Mapping) else np.ravel(answer)
    return np.array([_as_float(v, name) for v in values])


def choice(answer: Any, name: str, options: Mapping[str, Sequence[str]] | Sequence[str]) -> str:
    """One of some options, whatever its capitals and spaces, in either language.

    Parameters
    ----------
    answer, name
        As for :func:`number`.
    options
        The options, or a mapping from each option to its other accepted spellings.

    Examples
    --------
    >>> choice(" Printed", "plan", {"printed": ["公布增速"], "levels": []})
    'printed'
    """
    __tracebackhide__ = True
    filled(answer, name)
    spellings = options if isinstance(options, Mapping) else {o: () for o in options}
    given = next(iter(texts(answer, name)), "")
    for option, others in spellings.items():
        if given in {_plain(option), *map(_plain, others)}:
            return option
    known = " / ".join(repr(o) for o in spellings)
    raise AssertionError(
        say(
            en=f"`{name}` should be one of {known}, not {answer!r}.",
            zh=f"`{name}` 应当取 {known} 之一，而不是 {answer!r}。",
        )
    )


def texts(answer: Any, name: str) -> list[str]:
    """Several names without regard to capitals and spaces, from any collection or one string.

    Examples
    --------
    >>> texts({"Q2 "}, "quarters")
    ['q2']
    """
    __tracebackhide__ = True
    filled(answer, name)
    items: Iterable = answer if _is_collection(answer) else [answer]
    found = []
    for item in items:
        _require(
            isinstance(item, str),
            en=f"`{name}` should hold text in quotes, not {item!r}.",
            zh=f"`{name}` 里应当是带引号的文字，而不是 {item!r}。",
        )
        found.append(_plain(item))
    return found


def filled(answer: Any, name: str) -> Any:
    """Anything at all, given back as it came; what is still blank is told as blank.

    Examples
    --------
    >>> filled({"tea": 3}, "to_order")
    {'tea': 3}
    """
    __tracebackhide__ = True
    _require(
        answer is not ... and answer is not None,
        en=f"`{name}` is still empty: replace the ... with your answer.",
        zh=f"`{name}` 还空着：请把 ... 换成你的答案。",
    )
    return answer


def verdict(answer: Any, name: str) -> bool:
    """True or False, from Python or NumPy, alone or the only one in an array.

    Examples
    --------
    >>> import numpy as np
    >>> verdict(np.bool_(False), "keeps(...)"), verdict(1, "keeps(...)")
    (False, True)
    """
    __tracebackhide__ = True
    import numpy as np

    filled(answer, name)
    held = np.ravel(answer)
    _require(
        len(held) == 1 and held[0] in (True, False),
        en=f"`{name}` should be True or False, not {answer!r}.",
        zh=f"`{name}` 应当是 True 或 False，而不是 {answer!r}。",
    )
    return bool(held[0])


def function(answer: Any, name: str) -> Callable:
    """A function that the student wrote.

    Examples
    --------
    >>> function(max, "largest")([1, 2])
    2
    """
    __tracebackhide__ = True
    filled(answer, name)
    _require(
        callable(answer),
        en=f"`{name}` should be a function: keep the line `def {name}(...)`.",
        zh=f"`{name}` 应当是函数，请保留 `def {name}(...)` 这一行。",
    )
    return answer


def close(answer: float, truth: float, *, within: float) -> bool:
    """Whether an answer lies within a share of the truth (``within=0.01``: 1 %).

    Examples
    --------
    >>> close(0.1742, 0.17419, within=0.001)
    True
    """
    return abs(answer - truth) <= within * abs(truth)


def speak_plainly() -> None:
    """In a notebook, show a failed check's sentence alone, not the code that found the fault.

    What happens to the cell is unchanged: it fails with an AssertionError, as nbgrader and nbval
    expect. Outside IPython nothing happens.
    """
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    if shell := get_ipython():
        shell.set_custom_exc((AssertionError,), _show_sentence)


def _show_sentence(shell: Any, kind: type, error: Exception, trace: Any, tb_offset: Any) -> list:
    """The traceback that IPython shows: one line if the error says something, else the usual."""
    lines = (
        [f"{kind.__name__}: {error}"]
        if str(error)
        else shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    )
    shell._showtraceback(kind, error, lines)
    return lines


def _require(met: bool, *, en: str, zh: str) -> None:
    __tracebackhide__ = True
    if not met:
        raise AssertionError(say(en=en, zh=zh))


def _is_collection(answer: Any) -> bool:
    return isinstance(answer, Iterable) and not isinstance(answer, str | bytes)


def _as_float(value: Any, name: str) -> float:
    __tracebackhide__ = True
    filled(value, name)
    usable = isinstance(value, Number) or hasattr(value, "__float__")
    _require(
        usable and not isinstance(value, bool | complex),
        en=f"`{name}` should be a number, not {value!r}.",
        zh=f"`{name}` 应当是数字，而不是 {value!r}。",
    )
    result = float(value)
    _require(
        result - result == 0,
        en=f"`{name}` should be an ordinary number, not {value!r}.",
        zh=f"`{name}` 应当是一个普通的数，而不是 {value!r}。",
    )
    return result


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
