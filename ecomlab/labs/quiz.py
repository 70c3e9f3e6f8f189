"""Recall questions: pick an answer, read at once whether it is right. Nothing is graded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ecomlab.style import COLOURS, say


@dataclass(frozen=True)
class Question:
    """One multiple-choice question in the reader's language.

    Parameters
    ----------
    text
        The question.
    options
        What may be picked, as shown.
    answer
        The right option's position, from 0.
    why
        One sentence that explains the right answer.
    """

    text: str
    options: Sequence[str]
    answer: int
    why: str

    def __post_init__(self) -> None:
        if not 0 <= self.answer < len(self.options):
            raise ValueError(
                f"answer {self.answer} is no position; there are {len(self.options)} options"
            )

    def verdict(self, picked: int) -> str:
        """What a reader who picked an option is told, as HTML."""
        right = picked == self.answer
        told = say(en="Right.", zh="正确。") if right else say(en="Not this one.", zh="再想想。")
        colour = COLOURS[2] if right else COLOURS[1]
        why = escape(self.why) if right else ""
        return f'<p style="color:{colour}"><b>{told}</b> {why}</p>'


class Quiz:
    """Questions as radio buttons; a plain list where there are no widgets."""

    def __init__(self, *questions: Question) -> None:
        self.questions = questions

    def __repr__(self) -> str:
        blocks = [
            "\n".join([f"{n}. {q.text}", *(f"   ( ) {option}" for option in q.options)])
            for n, q in enumerate(self.questions, start=1)
        ]
        return "\n".join(blocks)

    def widget(self):
        """The quiz as an ipywidgets box."""
        import ipywidgets as widgets

        return widgets.VBox([self._ask(n, q) for n, q in enumerate(self.questions, start=1)])

    def _repr_mimebundle_(self, **kwargs) -> dict:
        return {**self.widget()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    @staticmethod
    def _ask(number: int, question: Question):
        import ipywidgets as widgets

        wide = widgets.Layout(width="auto")
        text = widgets.HTML(f"<b>{number}. {escape(question.text)}</b>")
        options = widgets.RadioButtons(options=list(question.options), index=None, layout=wide)
        verdict = widgets.HTML()

        def tell(change) -> None:
            if change["new"] is not None:
                verdict.value = question.verdict(change["new"])

        options.observe(tell, names="index")
        return widgets.VBox([text, options, verdict])
