"""Where grading differs from nbgrader's on purpose; everywhere else the two are the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One case, and what becomes of it, in one language."""

    case: str
    nbgrader: str
    here: str


DIFFERENCES = {
    "crash": {
        "en": Difference(
            "the process that runs a notebook ends: a crash, no memory left, `os._exit`",
            "the submission is not graded",
            "that cell and those after it fail, the marks before stay; flagged",
        ),
        "zh": Difference(
            "运行笔记本的进程中途结束：崩溃、内存不足、`os._exit`",
            "整份作业没有成绩",
            "该单元格及其后的单元格不得分，之前的分数保留；标记",
        ),
    },
    "skipped": {
        "en": Difference(
            "a test is tagged `skip-execution`",
            "full marks",
            "it is run; flagged",
        ),
        "zh": Difference(
            "测试单元格加了 `skip-execution` 标签",
            "给满分",
            "照常运行；标记",
        ),
    },
    "copied": {
        "en": Difference(
            "a cell was copied, metadata and all",
            "no marks for it; a copy with empty metadata stops the class",
            "the last copy counts, the others are plain cells; flagged",
        ),
        "zh": Difference(
            "单元格连同元数据一起被复制",
            "该题不得分；若副本的元数据为空，全班的批改中断",
            "以最后一份为准，其余视为普通单元格；标记",
        ),
    },
    "edited": {
        "en": Difference(
            "points, kind, lock, name, schema or text of a graded cell were changed, or such cells "
            "added or deleted",
            "most is put back, in silence; an older schema stops the class",
            "the gradebook's own record counts; flagged",
        ),
        "zh": Difference(
            "改动了评分单元格的分值、类型、锁定、名称、元数据版本或内容，或添加、删除这样的单元格",
            "多数被悄悄改回；版本过旧则全班的批改中断",
            "以成绩册的记录为准；标记",
        ),
    },
    "link": {
        "en": Difference(
            "links, and files that are not plain ones or too large, were handed in",
            "links are followed, into `autograded` and feedback",
            "they are left out; flagged",
        ),
        "zh": Difference(
            "交来的文件里有链接、特殊文件或过大的文件",
            "跟随链接，内容被复制到 `autograded` 和反馈中",
            "不收；标记",
        ),
    },
    "credit": {
        "en": Difference(
            "a test's last expression is no number where points are due, or out of range",
            "full marks, or the submission is not graded",
            "no marks; flagged",
        ),
        "zh": Difference(
            "测试应给出分数，最后一个表达式却不是数字，或超出范围",
            "给满分，或整份作业没有成绩",
            "该题不得分；标记",
        ),
    },
    "cap": {
        "en": Difference(
            "more than 1 MB of text or 10 MB of displays in a cell, 50 MB in a notebook",
            "all is kept",
            "the rest is dropped with a note; flagged",
        ),
        "zh": Difference(
            "一个单元格输出超过 1 MB 文本或 10 MB 图像等内容，或整个笔记本超过 50 MB",
            "全部保留",
            "超出部分舍去并注明；标记",
        ),
    },
    "files": {
        "en": Difference(
            "a notebook writes links, notebooks, over the instructor's files, or more than 500 "
            "files or 64 MB",
            "all is kept",
            "these are left out; flagged where anything of the student's own is lost",
        ),
        "zh": Difference(
            "笔记本写出链接、笔记本文件，覆盖教师的文件，或写出超过 500 个、合计超过 64 MB 的文件",
            "全部保留",
            "这些不保留；若因此丢失学生自己的内容，则标记",
        ),
    },
    "walls": {
        "en": Difference(
            "a cell runs programs (`!ls`), or reaches for the network or other folders",
            "it may",
            "that cell fails",
        ),
        "zh": Difference(
            "单元格调用外部程序（`!ls`）、访问网络或其他文件夹",
            "允许",
            "该单元格报错",
        ),
    },
    "sealed": {
        "en": Difference(
            "an answer is an object that only says it is equal, or of a type of the student's own: "
            "a subclass of a number or a dict, an iterator, a mapping",
            "it passes where its own comparison says so",
            "tests see data; what is not data equals nothing",
        ),
        "zh": Difference(
            "答案是一个自称与任何值相等的对象，或学生自定义的类型：数字或字典的子类、迭代器、映射",
            "按它自己的比较方法判定，可能通过",
            "测试只看数据；不是数据的对象与任何值都不相等",
        ),
    },
    "hidden": {
        "en": Difference(
            "hidden tests in `autograded` and in feedback",
            "their text is shown",
            "a reason and a hint are shown instead",
        ),
        "zh": Difference(
            "`autograded` 和反馈中的隐藏测试",
            "显示原文",
            "只显示失分原因和提示",
        ),
    },
}
_HEAD = {"en": "case", "zh": "情形"}


def table(lang: str = "en") -> str:
    """The differences as a Markdown table, in ``"en"`` or ``"zh"``."""
    told = [said[lang] for said in DIFFERENCES.values()]
    rows = [f"| {d.case} | {d.nbgrader} | {d.here} |" for d in told]
    return "\n".join([f"| {_HEAD[lang]} | nbgrader | `ecomlab grade` |", "|---|---|---|", *rows])
