"""A lab as a student plays it: run what it needs, move its controls, watch what follows."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import ElementHandle

from browser.opened import OpenNotebook, find

# What a kernel prints or raises, in a cell or while a control is moved (missing glyphs are warned
# of there), and which words of a control it has not dealt with. Controls may be heard by a thread
# of their own, so an answer to any other question says nothing about them.
_LISTEN = """() => {
  const complained = window.complained = [];
  const waiting = window.waiting = new Set();
  const {kernel} = window.opened.sessionContext.session;
  kernel.anyMessage.connect((_, {msg, direction}) => {
    const {content, header, parent_header} = msg;
    if (header.msg_type === 'error') complained.push(content.traceback.join(''));
    if (content.name === 'stderr') complained.push(content.text);
    if (direction === 'send' && header.msg_type === 'comm_msg') waiting.add(header.msg_id);
    if (content.execution_state === 'idle') waiting.delete(parent_header.msg_id);
  });
}"""

# One child of the lab's box a control; after them the chart and the readout.
_CONTROLS = """lab => [...lab.querySelector('.widget-vbox').children].slice(0, -2).map(node => ({
  name: node.querySelector('.widget-label').textContent,
  kind: node.querySelector('select') ? 'list' : 'slider',
  labelled: (node.querySelector('select')?.labels.length ?? 1) > 0,
}))"""

# Milliseconds from the key to the new picture (decoded) and to the new readout.
_WATCH = """lab => {
  const [chart, readout] = [lab.querySelector('img'), lab.querySelector('.widget-html-content')];
  const seen = window.redraw = {chart: null, readout: null, shown: null};
  let start;
  const from = () => { start ??= performance.now(); };
  const stamp = what => () => { seen[what] = performance.now() - start; };
  lab.addEventListener('keydown', from, {capture: true, once: true});
  new MutationObserver(() => {
    stamp('chart')();
    seen.shown = chart.decode().then(stamp('chart'));
  }).observe(chart, {attributes: true, attributeFilter: ['src']});
  new MutationObserver(stamp('readout')).observe(readout, {childList: true, subtree: true});
}"""

# A redraw is over when the kernel has dealt with the control's word and the page with its answer.
_SEEN = """async () => {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise(done => setTimeout(done, 50));
    if (window.waiting.size) quiet = 0;
  }
  await window.redraw.shown;
  return {chart: window.redraw.chart, readout: window.redraw.readout};
}"""

# What of a lab cannot be seen whole: cut labels, and boxes that reach beyond the notebook.
_CUT = """lab => {
  const right = lab.querySelector('.jp-OutputArea').getBoundingClientRect().right + 1;
  const words = [...lab.querySelectorAll('.widget-label, .widget-readout, th, td')];
  const boxes = [...lab.querySelectorAll('.widget-inline-hbox, img, select, table')];
  const hides = node => getComputedStyle(node).overflowX !== 'visible';
  const name = node => (node.textContent.trim() || node.tagName).slice(0, 40);
  return [
    ...words.filter(node => node.scrollWidth > node.clientWidth && hides(node)).map(name),
    ...boxes.filter(node => node.getBoundingClientRect().right > right).map(name),
    ...boxes.filter(node => node.scrollWidth > node.clientWidth + 1).map(name),
  ];
}"""

_FOCUSED = """lab => {
  const box = lab.querySelector('.widget-vbox');
  return [...box.children].findIndex(node => node.contains(document.activeElement));
}"""


class Control(NamedTuple):
    """One control of a lab: the words before it, a "slider" or a "list", and whether a screen
    reader finds those words."""

    name: str
    kind: str
    labelled: bool


class Redraw(NamedTuple):
    """Seconds until the chart and the readout were new; None for one that stayed as it was."""

    chart: float | None
    readout: float | None

    @property
    def seconds(self) -> float:
        """Seconds until all that changed had changed."""
        return max(self.chart or 0.0, self.readout or 0.0)


class PlayedLab:
    """The lab of an open notebook, as a student plays it who has answered nothing yet.

    Parameters
    ----------
    notebook
        The notebook, opened and not run.
    """

    def __init__(self, notebook: OpenNotebook):
        self.notebook = notebook
        self.page = notebook.page
        self.page.evaluate(_LISTEN)
        self.cell_id = self._run_down()
        self.cell = notebook.show(self.cell_id)
        find(self.cell, "img")
        self.controls = [Control(**found) for found in self.cell.evaluate(_CONTROLS)]

    def __enter__(self) -> PlayedLab:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the kernel: two dozen of them would fill a small machine."""
        self.page.evaluate("async () => { await window.opened.sessionContext.shutdown(); }")

    def _run_down(self) -> str:
        """Run the lesson's set-up, the guess and what imports the lab, then the lab; its id."""
        lesson = self.notebook.path.rpartition("/")[2].removesuffix(".ipynb")
        for cell in self.notebook.cells():
            source = cell["source"].rstrip()
            is_lab = source.endswith("lab.lab()")
            if (
                is_lab
                or cell["id"] in ("set-language", f"{lesson}-setup")
                or source.startswith(("my_guess = ", "from ecomlab.labs import "))
            ):
                self.notebook.run(cell["id"])
            if is_lab:
                return cell["id"]
        raise AssertionError("no cell shows a lab")

    def complaints(self) -> list[str]:
        """What the kernel said on stderr, or raised, so far."""
        return self.page.evaluate("() => window.complained")

    def element(self, place: int) -> ElementHandle:
        """The part of a control, by its place from 0, that holds the keyboard's focus."""
        box = find(self.cell, f".widget-vbox > :nth-child({place + 1})")
        return find(box, "select" if self.controls[place].kind == "list" else ".noUi-handle")

    def press(self, place: int, key: str) -> Redraw:
        """Press a key on a control; what followed, and when."""
        element = self.element(place)
        element.focus()
        self.cell.evaluate(_WATCH)
        element.press(key)
        seen = self.page.evaluate(_SEEN)
        return Redraw(**{what: ms and ms / 1000 for what, ms in seen.items()})

    def reached_by_tab(self) -> list[int]:
        """The places of the controls, in the order in which Tab comes to them from the first."""
        self.element(0).focus()
        order = [0]
        for _ in range(3 * len(self.controls)):
            self.page.keyboard.press("Tab")
            place = self.cell.evaluate(_FOCUSED)
            if place not in (-1, order[-1]):
                order.append(place)
        return order

    def cut(self, width: int) -> list[str]:
        """What cannot be seen whole in a window of so many pixels."""
        self.page.set_viewport_size({"width": width, "height": 1000})
        self.cell = self.notebook.show(self.cell_id)
        self.page.wait_for_timeout(300)
        return self.cell.evaluate(_CUT)

    def text(self) -> str:
        """All that stands in the lab beside its picture."""
        return find(self.cell, ".widget-vbox").inner_text()
