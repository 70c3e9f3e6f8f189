"""A notebook opened in a real browser, and what a student does there."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ElementHandle, Page, expect

# Seconds: a kernel that starts on a busy machine, and a notebook that runs from its top.
READY = 90
RUN = 180

_IN_TIME = """([work, argument, seconds]) => Promise.race([
  eval(work)(argument),
  new Promise((_, reject) => setTimeout(() => reject(new Error(`${seconds} s went by`)),
                                        1000 * seconds)),
])"""

_SHOWN = """path => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.context?.path === path && panel.sessionContext !== undefined;
}"""

_READY = """async () => {
  window.opened = window.jupyterapp.shell.currentWidget;
  await window.opened.revealed;
  await window.opened.sessionContext.ready;
  await window.opened.sessionContext.session.kernel.info;
}"""

# What these come to cannot leave the page, so they come to nothing.
_ANSWERED = """async () => {
  await window.opened.sessionContext.session.kernel.requestKernelInfo();
}"""

_COMMAND = "async name => { await window.jupyterapp.commands.execute(name); }"

_CELLS = """() => window.opened.content.widgets.map(cell => {
  const model = cell.model.sharedModel.toJSON();
  return {id: cell.model.id, type: model.cell_type, nbgrader: model.metadata.nbgrader || {},
          source: model.source, count: model.execution_count, outputs: model.outputs || []};
})"""

_SHOW = """async (id) => {
  const content = window.opened.content;
  const index = content.widgets.findIndex(cell => cell.model.id === id);
  content.activeCellIndex = index;
  content.deselectAll();
  await content.scrollToItem(index, 'start');
  const node = content.widgets[index].node;
  node.scrollIntoView({block: 'start'});
  return node;
}"""

# Two characters that no font can draw alike are drawn alike only where both are missing.
_DRAWS = """([text, family]) => {
  const drawn = (character) => {
    const context = Object.assign(document.createElement('canvas'), {width: 48, height: 48})
      .getContext('2d');
    context.font = `32px ${family}`;
    context.fillText(character, 4, 36);
    return context.canvas.toDataURL();
  };
  const missing = drawn('\\u{10FFFE}');
  return [...text].filter(character => drawn(character) === missing);
}"""


def open_jupyterlab(page: Page, address: str, path: str = "?reset") -> None:
    """Open JupyterLab in a page: the address is as printed, with its token."""
    server = urlsplit(address)
    page.goto(f"{server.scheme}://{server.netloc}/lab{path}&{server.query}")
    page.wait_for_function("window.jupyterapp !== undefined", timeout=1000 * READY)
    page.evaluate("async () => { await window.jupyterapp.restored; }")


class OpenNotebook:
    """One notebook in JupyterLab; every wait is for the kernel's answer, never for the toolbar.

    Parameters
    ----------
    page
        A browser's page.
    address
        The server's address with its token, as JupyterLab printed it.
    path
        The notebook below the folder that JupyterLab shows.
    """

    def __init__(self, page: Page, address: str, path: str):
        self.page, self.path = page, path
        open_jupyterlab(page, address, f"/tree/{path}?reset")
        page.wait_for_function(_SHOWN, arg=path, timeout=1000 * READY)
        self._await(_READY, READY)
        self.wait_for_kernel(READY)

    def _await(self, work: str, seconds: int, argument: str | None = None) -> None:
        """Let the page do asynchronous work; a wait without end is a failure."""
        self.page.evaluate(_IN_TIME, [work, argument, seconds])

    def command(self, name: str) -> None:
        """Run one of JupyterLab's commands and wait until it is done."""
        self._await(_COMMAND, RUN, name)

    def wait_for_kernel(self, seconds: int = RUN) -> None:
        """Wait until the kernel has answered all that it was asked."""
        self._await(_ANSWERED, seconds)

    def run_all(self) -> None:
        """Run every cell and wait for the kernel's last word."""
        self.command("notebook:run-all-cells")
        self.wait_for_kernel()

    def cells(self) -> list[dict]:
        """The cells as the page holds them: id, type, nbgrader, source, count and outputs."""
        return self.page.evaluate(_CELLS)

    def cell(self, cell_id: str) -> dict:
        """One cell, by its id (its grade_id, where it is graded)."""
        return next(cell for cell in self.cells() if cell["id"] == cell_id)

    def show(self, cell_id: str) -> ElementHandle:
        """Bring a cell into view, as notebooks draw only what is near; its element."""
        element = self.page.evaluate_handle(_SHOW, cell_id).as_element()
        assert element is not None
        element.wait_for_element_state("visible")
        return element

    def lab_with_slider(self) -> ElementHandle:
        """Bring the first lab that has a slider into view; its cell."""
        view = "application/vnd.jupyter.widget-view+json"
        for cell in self.cells():
            if any(view in output.get("data", {}) for output in cell["outputs"]):
                element = self.show(cell["id"])
                element.wait_for_selector(".jupyter-widgets")
                if element.query_selector(".noUi-handle"):
                    return element
        raise AssertionError("no cell shows a lab with a slider")

    def wait_for_another_chart(self, lab: ElementHandle, before: str) -> str:
        """Wait until a lab's picture is not what it was; its digest then."""
        for _ in range(10 * READY):
            if (now := chart(lab)) != before:
                return now
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the chart did not change within {READY} s")

    def answer(self, cell_id: str, source: str) -> None:
        """Type an answer into a cell and run it."""
        cell = self.show(cell_id)
        find(cell, ".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.run(cell_id)
        assert self.cell(cell_id)["source"] == source

    def run(self, cell_id: str) -> dict:
        """Run one cell as a student does, and wait; the cell afterwards."""
        self.show(cell_id)
        self.command("notebook:run-cell")
        self.wait_for_kernel()
        return self.cell(cell_id)

    def validate(self, picture: Path) -> str:
        """Press nbgrader's Validate, keep a picture of its answer, and read it."""
        self.page.locator(".validate-button").click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_be_visible(timeout=1000 * RUN)
        said = dialog.inner_text()
        self.page.screenshot(path=picture)
        dialog.locator(".jp-mod-accept").click()
        expect(dialog).to_be_hidden()
        return said

    def missing_glyphs(self, text: str) -> list[str]:
        """The characters of ``text`` that this browser cannot draw in the notebook's prose."""
        family = self.page.evaluate("() => getComputedStyle(document.body).fontFamily")
        return self.page.evaluate(_DRAWS, [text, family])


def find(cell: ElementHandle, selector: str) -> ElementHandle:
    """An element of a cell, as soon as it is there to be seen."""
    found = cell.wait_for_selector(selector)
    assert found is not None
    return found


def chart(cell: ElementHandle) -> str:
    """The digest of the picture that a lab shows now."""
    content = find(cell, "img").evaluate(
        "async (img) => Array.from(new Uint8Array(await (await fetch(img.src)).arrayBuffer()))"
    )
    assert len(content) > 1000
    return sha256(bytes(content)).hexdigest()


def errors(cell: dict) -> list[str]:
    """What a cell's outputs say went wrong: errors and all that stands on stderr."""
    return [
        output["evalue"] if output["output_type"] == "error" else "".join(output["text"])
        for output in cell["outputs"]
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]
