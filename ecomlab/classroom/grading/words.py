"""The grader's findings in Chinese, by their English; the JSON report keeps the English.

A catalogue at the edge, as findings come as text from workers that may run on other machines.
"""

from __future__ import annotations

import re

_CHINESE = {
    "graded before": "此前已批改",
    "the submitted folder is a link to somewhere else": "提交的文件夹是指向别处的链接",
    "it holds more than {} files": "文件超过 {} 个",
    "{} is a link and was left out": "{} 是链接，未收",
    "{} is not a plain file and was left out": "{} 不是普通文件，未收",
    "{} is the gradebook itself and was left out": "{} 就是成绩册本身，未收",
    "{} has {} MB and was left out": "{} 有 {} MB，过大，未收",
    "{} has {} MB; at most {} are read": "{} 有 {} MB，最多读取 {} MB",
    "{} is not a notebook: {}": "{} 不是笔记本：{}",
    "a cell had nbgrader metadata without a name": "有单元格带 nbgrader 元数据却没有名称",
    "a cell called {} is not in the assignment": "单元格 {} 不属于本次作业",
    "cell {} is there more than once; the last counts": "单元格 {} 出现多次，以最后一个为准",
    "the graded cell {} was deleted": "评分单元格 {} 被删除",
    "{} of cell {} was changed from {}": "单元格 {1} 的 {0} 被改动，原为 {2}",
    "cell {} was turned into {}": "单元格 {} 的类型被改为 {}",
    "the locked cell {} was edited; the instructor's was run":
        "锁定的单元格 {} 被改动，运行的是教师的原文",
    "cell {} was tagged to be skipped; it was run": "单元格 {} 被标为跳过，已照常运行",
    "a locked cell could not be run beside the tests": "有锁定的单元格无法在测试进程中运行",
    "{} characters of output were dropped": "输出过多，舍去 {} 个字符",
    "an output could not be read ({})": "有输出无法读取（{}）",
    "some of the files that it wrote were left out": "它写出的文件有一部分未保留",
    "links that it made were left out": "它建立的链接未保留",
    "the files that it wrote could not be collected": "它写出的文件无法取回",
    "{}: the test gave {} where 0 to {} points were expected":
        "{}：测试给出 {}，而应在 0 到 {} 分之间",
    "it was ended by {} (out of memory, or killed)": "进程被 {} 结束（内存不足，或被杀死）",
    "it was ended by {}": "进程被 {} 结束",
    "it was stopped": "进程已停止",
    "it exited with status {}": "进程自行退出，状态码 {}",
    "it ran past its time and could not be interrupted": "运行超时，且无法中断",
    "the worker that graded it was ended each time": "批改它的进程每次都被结束",
    "a file could not be read or written: {}": "有文件无法读写：{}",
    "its timestamp.txt is not a time: {}": "timestamp.txt 里不是时间：{}",
}  # fmt: skip


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))) + r"\Z", re.DOTALL)


_PATTERNS = [(_pattern(english), chinese) for english, chinese in _CHINESE.items()]


def in_chinese(text: str) -> str:
    """A finding in Chinese; what the catalogue lacks, as a library's own words, stays as it is.

    Examples
    --------
    >>> in_chinese("growth: the graded cell 'hhi-test' was deleted")
    "growth：评分单元格 'hhi-test' 被删除"
    """
    before, colon, rest = text.partition(": ")
    for pattern, chinese in _PATTERNS:
        if found := pattern.match(text):
            return chinese.format(*found.groups())
    return f"{before}：{in_chinese(rest)}" if colon else text
