"""nbgrader's Execute, over a pipe instead of a kernel's sockets; nbclient makes the outputs."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from nbclient.client import timestamp
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution

from ecomlab.classroom.grading.record.guard import Finding
from ecomlab.classroom.grading.trusted.messages import Message
from ecomlab.classroom.grading.trusted.outcome import Ended, Outcome
from ecomlab.classroom.grading.trusted.session import Session

LANGUAGE_INFO = {
    "name": "python",
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


def is_test(cell: NotebookNode) -> bool:
    """Whether a machine gives marks in this cell."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


class PipeExecute(Execute):
    """Executes a notebook in a forked child.

    Its settings are those of nbgrader's ``Execute``, timeouts included.
    """

    session: Session
    sealed: Collection[str] = ()
    left_behind: dict[str, str]
    ended: str | None
    not_data: list[str]

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: Any = None) -> tuple:
        """Run every code cell; marks before a crash stay."""
        from nbclient.client import NotebookClient

        NotebookClient.__init__(self, nb, km)
        self.reset_execution_trackers()
        self._check_assign_resources(resources)
        self.ended = None
        self.not_data = []
        self.kc = _WidgetLine(self.session)  # type: ignore[assignment]
        import platform

        nb.metadata["language_info"] = {**LANGUAGE_INFO, "version": platform.python_version()}
        try:
            for index, cell in enumerate(nb.cells):
                if cell.cell_type == "code" and cell.source.strip():
                    self._run_cell(cell, index)
        finally:
            self.kc = None  # type: ignore[assignment]
        self.set_widgets_metadata()
        return nb, self.resources

    def _run_cell(self, cell: NotebookNode, index: int) -> None:
        if self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return
        cell.outputs = []
        self.clear_before_next_output = False
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        self.code_cells_executed += 1
        if self.ended is not None:
            _not_run(
                cell, f"this cell was not run: the notebook's process ended before: {self.ended}"
            )
            return
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        judged = is_test(cell) and name in self.sealed
        run = self.session.judge if judged else self.session.run
        timeout = self._get_timeout(cell)
        try:
            outcome = run(
                cell.source,
                self.code_cells_executed,
                timeout,
                lambda message: self._take(message, cell, index),
            )
        except Ended as failure:
            outcome = Outcome(ended=str(failure))
        cell["execution_count"] = self.code_cells_executed
        self._conclude(cell, outcome)
        if outcome.ended and not judged:
            self.ended = outcome.ended
        if judged and self.session.not_data:
            self.not_data.append(name)
        if judged and name in self.left_behind:
            try:
                self.session.silently(self.left_behind[name])
            except Ended as failure:
                self.ended = str(failure)

    def _take(self, message: Message, cell: NotebookNode, index: int) -> None:
        from nbclient.exceptions import CellExecutionComplete

        message["content"].pop("execution_count", None)
        if message["msg_type"] == "execute_result":
            message["content"]["execution_count"] = self.code_cells_executed
        try:
            self.process_message(message, cell, index)
        except CellExecutionComplete:
            pass
        except Exception as error:
            why = f"an output could not be read ({type(error).__name__})"
            self.session.notes.append(Finding(why, kind="cap"))

    def _conclude(self, cell: NotebookNode, outcome: Outcome) -> None:
        if outcome.ended:
            _not_run(cell, f"the process that ran this cell ended: {outcome.ended}")
        elif outcome.timed_out and self.error_on_timeout:
            reply = {"content": {**self.error_on_timeout, "status": "error"}}
            self.on_cell_executed(cell=cell, cell_index=0, execute_reply=reply)
        elif outcome.reply is not None:
            if self.record_timing:
                now = outcome.reply["header"]["date"]
                cell.metadata.execution["shell.execute_reply"] = timestamp(
                    {"header": {"date": now}}
                )
            self.on_cell_executed(cell=cell, cell_index=0, execute_reply=outcome.reply)
        if self.coalesce_streams:
            from nbconvert.preprocessors.coalescestreams import CoalesceStreamsPreprocessor

            CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)


def _not_run(cell: NotebookNode, why: str) -> None:
    line = f"\x1b[0;31mNotebookEnded\x1b[0m: {why}"
    cell.outputs.append(
        NotebookNode(output_type="error", ename="NotebookEnded", evalue=why, traceback=[line])
    )


class _WidgetLine:
    """The little of a kernel client that nbclient's output widget needs."""

    def __init__(self, session: Session) -> None:
        self.session = SimpleNamespace(msg=lambda kind, content=None, **rest: content)
        self.shell_channel = SimpleNamespace(send=session.tell_widget)
