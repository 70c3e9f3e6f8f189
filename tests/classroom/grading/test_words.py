"""What the grader says has its Chinese: findings, notes, and why a run cannot start."""

from __future__ import annotations

import ast
import re

import pytest

from ecomlab.classroom.grading.words import in_chinese, in_short
from ecomlab.cli import main

_SAYS = {
    "Finding", "Refused", "GradingError", "GradebookError", "Unavailable", "UsageError",
    "ZygoteError",
}  # fmt: skip
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("'points' of cell 'a' was changed from 2.0", "单元格 'a' 的 'points' 被改动，原为 2.0"),
        ("'x.bin' has 120 MB and was left out", "'x.bin' 有 120 MB，过大，未收"),
        (
            "it was ended by SIGKILL (out of memory, or killed)",
            "进程被 SIGKILL 结束（内存不足，或被杀死）",
        ),
        ("KeyError: words of a library's own", "KeyError：words of a library's own"),
        ("", ""),
    ],
)
def test_each_finding_keeps_its_names_and_numbers(text, chinese):
    assert in_chinese(text) == chinese


def test_findings_that_are_alike_are_told_once_and_counted():
    cells = [
        f"{n}: 'points' of cell '{n}-test' was changed from {i}.0" for i, n in enumerate("abc")
    ]
    ended = ["a: it exited with status 0", "b: it exited with status 1"]
    assert in_short([cells[0], ended[0], *cells[1:], ended[1]]) == (
        "a: 'points' of cell 'a-test' was changed from 0.0 (and 2 more like it); "
        "a: it exited with status 0 (and 1 more like it)"
    )
    assert (
        in_short(cells, "zh") == "a：单元格 'a-test' 的 'points' 被改动，原为 0.0（另有 2 处同类）"
    )
    assert in_short([cells[0], ended[0]]) == f"{cells[0]}; {ended[0]}"
    assert in_short([]) == ""


def _literal(node):
    """A text as it would be read, with a name in place of each value; None where it is not one."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "it" for v in node.values)
    return None


def test_every_finding_and_refusal_has_its_chinese(root):
    files = [*root.glob("ecomlab/classroom/grading/**/*.py"), root / "ecomlab/classroom/demo.py"]
    said = set()
    for file in [*files, root / "ecomlab/cli/grade.py"]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in _SAYS and node.args:
                said.add(_literal(node.args[0]))
    said -= {None}
    assert len(said) > 40
    assert [text for text in sorted(said) if not _CHINESE.search(in_chinese(text))] == []


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        (["--workers", "0"], "批改进程至少 1 个，不能是 0"),
        (["--report", "nowhere/report.json"], "没有存放报告的文件夹"),
        ([], "不是课程文件夹"),
    ],
)
def test_a_refusal_speaks_chinese_where_it_is_asked_to(tmp_path, capsys, words, chinese):
    asked = ["grade", "one", "--course", str(tmp_path), "--lang", "zh", *words]
    assert main(asked) == 2
    assert chinese in capsys.readouterr().err
