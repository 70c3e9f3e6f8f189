"""Which notebooks of an assignment need nbgrader's own way to run: a kernel of their own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode

from ecomlab.classroom.grading.record.courses import GradingError

# Calls that IPython makes of `!ls`, `%%bash` and their like, and Python's own ways to programs.
_PROGRAMS = re.compile(
    r"get_ipython\(\)\.(?:system|getoutput)\("
    r"|run_cell_magic\('(?:bash|sh|script|system|sx|!|perl|ruby|cmd)'"
    r"|run_line_magic\('(?:system|sx|pip|conda|mamba|micromamba|uv)'"
    r"|\bsubprocess\.\w|\bmultiprocessing\b|\bProcessPoolExecutor\b|\bos\.(?:system|popen|fork|exec\w+|spawn\w+|posix_spawn\w*)\("
)
_MAYBE = re.compile(r"[!%]|\bsubprocess\b|\bmultiprocessing\b|\bProcessPool|\bos\.")


def stock_reason(source: Path) -> str:
    """Why a source notebook runs in a stock kernel; empty where it need not.

    Raises
    ------
    GradingError
        If the kernel that it names is not installed.
    """
    notebook = nbformat.read(source, as_version=4)
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    try:
        # jupyter_client takes both for the kernel of the Python that it runs in.
        ours = kernel in ("python", "python3") or _is_this_python(kernel)
    except NoSuchKernel:
        raise GradingError(
            f"'{source.name}' needs the kernel {kernel!r}, which is not installed here"
        ) from None
    if not ours:
        return f"it needs the kernel {kernel!r}"
    cell = next((c for c in notebook.cells if c.cell_type == "code" and runs_programs(c)), None)
    if cell is None:
        return ""
    first = next(line for line in cell.source.splitlines() if line.strip())
    return f"it runs other programs, in the cell that begins with {first.strip()[:40]!r}"


def runs_programs(cell: NotebookNode) -> bool:
    """Whether a code cell starts other programs, by the shell or by Python's own means."""
    from IPython.core.inputtransformer2 import TransformerManager

    if not _MAYBE.search(cell.source):
        return False
    return bool(_PROGRAMS.search(TransformerManager().transform_cell(cell.source)))


def _is_this_python(kernel: str) -> bool:
    """Whether a kernel by another name is IPython's, of this very environment."""
    spec = KernelSpecManager().get_kernel_spec(kernel)
    same = Path(spec.argv[0]).resolve() == Path(sys.executable).resolve()
    return spec.language == "python" and same and "ipykernel_launcher" in spec.argv and not spec.env
