"""The grader's findings to read: in short, and in Chinese; the JSON report has each, in English.

A catalogue at the edge, as findings come as text from workers that may run on other machines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ecomlab.style import in_language

# What may differ between findings of one kind: the notebook, a name in quotes, a number.
_PARTICULAR = re.compile(r"^\S+: |'[^']*'|\d+(\.\d+)?")
_CHINESE = {
    "graded before": "此前已批改",
    "the submitted folder is a link to somewhere else": "提交的文件夹是指向别处的链接",
    "it holds more than {} files": "文件超过 {} 个",
    "it holds no notebook of the assignment": "里面没有本次作业的笔记本",
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
    # How a test cell ran, and what the run noted.
    "its answers do not cross": "它要的答案不是数据，无法传递",
    "it looks at more than data": "它检查的不只是数据",
    "the reference solution fails it": "参考答案也没有通过它",
    "later cells rely on what it leaves behind": "后面的单元格要用到它留下的内容",
    "there is no source notebook": "没有教师版笔记本",
    "the source notebook is not the one that was released": "教师版笔记本与已发布的不一致",
    "the walls take the place of the configuration's own step {}":
        "配置中自定义的运行步骤 {} 由隔离运行代替",
    "Autograde.autograde_preprocessors has no Execute step":
        "Autograde.autograde_preprocessors 里没有 Execute 这一步",
    "the reference solution gets {} of {} in {}": "参考答案在 {2} 只得 {0} 分（满分 {1}）",
    "the reference solution gets {} of {} in {} ({})":
        "参考答案在 {2} 只得 {0} 分（满分 {1}）：{3}",
    "{} runs in a stock kernel, as {}": "{} 在普通内核中运行：{}",
    "it needs the kernel {}": "它需要内核 {}",
    "it runs other programs, in the cell that begins with {}":
        "它运行其他程序，见以 {} 开头的单元格",
    "no isolation: submissions run with the grader's own rights":
        "没有隔离：提交的代码拥有批改者自己的权限",
    "no Landlock here: the file system is closed by namespaces alone":
        "本机没有 Landlock：文件系统只由命名空间隔开",
    "basic isolation limits single files, not the scratch space in all":
        "basic 隔离只限制单个文件的大小，不限制临时空间的总量",
    "no Landlock for networks here: seccomp alone closes sockets":
        "本机的 Landlock 不管网络：只由 seccomp 禁用套接字",
    # Why a run cannot start.
    "this machine lacks for --isolation {}: {}. Grade on another one, or say --isolation basic or "
    "none if you trust the submissions":
        "本机缺少 --isolation {} 所需的：{}。请换一台机器；若信任这些提交，可用 --isolation basic "
        "或 none",
    "isolation is one of {}, not {}": "isolation 只能是 {} 之一，不能是 {}",
    "there must be at least 1 worker, not {}": "批改进程至少 1 个，不能是 {}",
    "a cell needs a timeout of at least 1 second, not {}": "单元格时限至少 1 秒，不能是 {}",
    "memory must be a positive number of MB, not {}": "内存应为正数（MB），不能是 {}",
    "{} is not the name of a {}: it is part of a path":
        "{} 不能作名称（{}）：它带有路径成分",
    "{} needs a stock kernel, which has no walls, as {}; say --isolation none if you trust the "
    "submissions":
        "{} 需要普通内核，而普通内核没有隔离：{}；若信任这些提交，请用 --isolation none",
    "there is no folder {}": "没有文件夹 {}",
    "nbgrader_config.py in {} cannot be read ({})": "{} 中的 nbgrader_config.py 无法读取（{}）",
    "{} is not a course: there is no nbgrader_config.py and no {}/ in it":
        "{} 不是课程文件夹：其中没有 nbgrader_config.py，也没有 {}/",
    "there is no gradebook {}: run `nbgrader generate_assignment` first":
        "没有成绩册 {}：请先运行 `nbgrader generate_assignment`",
    "assignment {} has no notebooks in the gradebook": "成绩册中作业 {} 没有笔记本",
    "no assignment is called {}; the gradebook has: {}": "没有名为 {} 的作业；成绩册中有：{}",
    "the gradebook was made by an older nbgrader ({}): run `nbgrader db upgrade`":
        "成绩册由较旧的 nbgrader 建立（{}）：请运行 `nbgrader db upgrade`",
    "the gradebook was made by a newer nbgrader ({}): upgrade nbgrader":
        "成绩册由较新的 nbgrader 建立（{}）：请升级 nbgrader",
    "there are no submissions of {} at {}": "{} 没有人提交，查找的位置是 {}",
    "{} needs the kernel {}, which is not installed here": "{} 需要内核 {}，而本机没有安装",
    "--compare copies the gradebook, so it needs a SQLite one":
        "--compare 要复制成绩册，只能用于 SQLite 成绩册",
    "the gradebook was locked by another grader for a minute":
        "成绩册被另一个批改程序锁定超过一分钟",
    "the gradebook is read-only: it cannot keep grades": "成绩册是只读的，无法保存成绩",
    "the gradebook is locked by another program; close it and run again":
        "成绩册被另一个程序锁定；请关闭它，再运行一次",
    "the disk is full: the gradebook cannot keep grades": "磁盘已满，成绩册无法保存成绩",
    "the gradebook cannot be used ({}); `nbgrader db upgrade` helps an older one":
        "成绩册无法使用（{}）；若是旧版，可运行 `nbgrader db upgrade`",
    "something ended the process that ran the reference of {} (is there memory enough?); run again":
        "运行 {} 参考答案的进程被结束（内存够吗？）；请再运行一次",
    "a memory limit of {} MB is too low: the imported libraries alone take {} MB, and a notebook "
    "needs 64 MB more":
        "内存上限 {} MB 太低：仅导入的库就占 {} MB，笔记本另需 64 MB",
    "the warm process is gone ({})": "预热进程已不在（{}）",
    "the warm process gave no answer in {} s": "预热进程 {} 秒内没有应答",
    "the warm process ended: {}": "预热进程已结束：{}",
    "the warm process cannot start: {}": "预热进程无法启动：{}",
    "{} is not empty: the class needs a new folder": "{} 不是空的：班级需要一个新文件夹",
    "{} is not built: there are no notebooks in {}": "{} 还没有生成：{} 中没有笔记本",
    "nbgrader could not do its part: {}": "nbgrader 未能完成它的一步：{}",
    "there is no folder {} for the report": "没有存放报告的文件夹 {}",
    "--compare needs a positive number, not {}": "--compare 需要正数，不能是 {}",
}  # fmt: skip


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))) + r"\Z", re.DOTALL)


# The longest first, as "there is no folder {}" would match a longer text that begins so.
_PATTERNS = [
    (_pattern(english), _CHINESE[english]) for english in sorted(_CHINESE, key=len, reverse=True)
]


def in_chinese(text: str) -> str:
    """A finding in Chinese; what the catalogue lacks, as a library's own words, stays as it is.

    Examples
    --------
    >>> in_chinese("growth: the graded cell 'hhi-test' was deleted")
    "growth：评分单元格 'hhi-test' 被删除"
    """
    before, colon, rest = text.partition(": ")
    # One word before the colon is a notebook's name, or an error's, and no part of a finding.
    for pattern, chinese in _PATTERNS if " " in before else ():
        if found := pattern.match(text):
            return chinese.format(*found.groups())
    return f"{before}：{in_chinese(rest)}" if colon else text


def in_short(findings: Iterable[str], lang: str = "en") -> str:
    """Findings in one line, in ``"en"`` or ``"zh"``: of those that are alike, the first.

    Examples
    --------
    >>> in_short(["cell 'a' was copied", "'x' is a link and was left out", "cell 'b' was copied"])
    "cell 'a' was copied (and 1 more like it); 'x' is a link and was left out"
    """
    say = in_language(lang)
    first: dict[str, str] = {}
    alike: Counter[str] = Counter()
    for text in findings:
        kind = _PARTICULAR.sub("", text)
        first.setdefault(kind, text)
        alike[kind] += 1
    said = []
    for kind, text in first.items():
        more = alike[kind] - 1
        rest = say(en=f" (and {more} more like it)", zh=f"（另有 {more} 处同类）") if more else ""
        said.append((in_chinese(text) if lang == "zh" else text) + rest)
    return say(en="; ", zh="；").join(said)
