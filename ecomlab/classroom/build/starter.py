"""What a student finds in place of an answer: its names are kept, its content is not."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

from nbgrader.preprocessors import ClearSolutions as _ClearSolutions
from nbgrader.utils import is_solution

from ecomlab.classroom.build.lesson import BEGIN_SOLUTION, END_SOLUTION

MEMO_STUB = "*Write here, in English or Chinese. 在这里作答，中英文均可。*"


def starter(source: str) -> str:
    """An answer cell as students get it.

    The region between the solution marks is replaced: each name it assigns is kept with ``...``
    for a value, each function with its heading and docstring, each ``return`` without its value.
    Scratch names (with a leading underscore), imports and other statements are left out.

    Examples
    --------
    >>> print(starter('''### BEGIN SOLUTION
    ... _years = 23
    ... growth = (40 / 1) ** (1 / _years) - 1
    ... ### END SOLUTION'''))
    growth = ...
    """
    kept: list[str] = []
    region: list[str] | None = None
    for line in source.split("\n"):
        if BEGIN_SOLUTION in line:
            region = []
        elif END_SOLUTION in line:
            kept.append(_starter_of_region("\n".join(region or ())))
            region = None
        else:
            (kept if region is None else region).append(line)
    return "\n".join(kept)


def _starter_of_region(region: str) -> str:
    first = next(line for line in region.split("\n") if line.strip())
    margin = first[: len(first) - len(first.lstrip())]
    # Inside a function body a `return` is meant; only there does it parse.
    body = "def region():\n" + indent(dedent(region), "    ")
    statements = ast.parse(body).body[0].body  # type: ignore[attr-defined]
    lines = [line for s in statements for line in _starter_of_statement(s)]
    return indent("\n".join(lines or ["..."]), margin)


def _starter_of_statement(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef):
        return _starter_of_function(statement)
    if isinstance(statement, ast.Return):
        return ["return ..."]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = [ast.unparse(t) for t in targets if isinstance(t, ast.Name)]
    return [f"{name} = ..." for name in names if not name.startswith("_")]


def _starter_of_function(function: ast.FunctionDef) -> list[str]:
    if function.name.startswith("_"):
        return []
    docstring = function.body[:1] if ast.get_docstring(function) else []
    bare = ast.FunctionDef(
        **{**dict(ast.iter_fields(function)), "body": [*docstring, ast.Expr(ast.Constant(...))]}
    )
    return ast.unparse(ast.fix_missing_locations(bare)).split("\n")


class ClearSolutions(_ClearSolutions):
    """nbgrader's step of this name, with starters that keep the names of the answers.

    nbgrader's own stub raises an error, which stops Run All and does not tell the student which
    name the checks will look for.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if is_solution(cell):
            cell.source = starter(cell.source) if cell.cell_type == "code" else MEMO_STUB
        return cell, resources
