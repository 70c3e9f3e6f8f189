"""The builder refuses what would be built wrongly, and says where."""

from __future__ import annotations

from keyword import iskeyword

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab.classroom.build import LessonError, find_lessons, read_lesson
from ecomlab.classroom.build.notebook import to_notebook
from ecomlab.classroom.build.starter import starter
from ecomlab.cli import main

HEAD = """---
titles: {en: Growth, zh: 增长}
topics: [1.2.a]
---
"""
PROSE = """
+++ {"lang": "en"}

# Growth

+++ {"lang": "zh"}

# 增长
"""
ANSWER = """
```{code-cell}
:nbgrader: {grade_id: rate, solution: true}
### BEGIN SOLUTION
rate = 0.1
### END SOLUTION
```
"""
CHECK = """
```{code-cell}
:nbgrader: {grade_id: rate-test, grade: true, points: 2}
assert rate > 0, "rate should be above 0"
### BEGIN HIDDEN TESTS
assert rate < 1, "rate should be below 1"
### END HIDDEN TESTS
```
"""
WHOLE = HEAD + PROSE + ANSWER + CHECK


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "course" / "lessons" / "market" / "growth.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_whole_lesson_is_read_with_its_lines(write):
    lesson = read_lesson(write(WHOLE))
    assert [(c.kind, c.lang, c.line) for c in lesson.cells] == [
        ("markdown", "en", 6),
        ("markdown", "zh", 10),
        ("code", None, 14),
        ("code", None, 21),
    ]
    assert lesson.name == "market/growth"


FAULTS = {
    "an unknown language": (WHOLE.replace('"zh"}', '"fr"}'), 10, 2, "unknown language 'fr'"),
    "a zh cell without its en twin": (
        HEAD + PROSE.replace('"en"}', '"zh"}') + ANSWER + CHECK,
        6,
        1,
        "without its en twin",
    ),
    "an en cell without its zh twin": (
        HEAD + PROSE.split('+++ {"lang": "zh"}')[0] + ANSWER + CHECK,
        6,
        1,
        "without its zh twin",
    ),
    "a repeated grade_id": (WHOLE + ANSWER, 29, 5, "'rate' was used before, in line 14"),
    "a graded cell without points": (
        WHOLE.replace(", points: 2", ""),
        21,
        4,
        "needs `points` above 0",
    ),
    "points of 0": (WHOLE.replace("points: 2", "points: 0"), 21, 4, "needs `points` above 0"),
    "points that are words": (WHOLE.replace("points: 2", "points: two"), 21, 4, "has 'two'"),
    "+++ in prose": (WHOLE.replace("# Growth", "# Growth\n\n+++\n\nmore"), 10, 2, "`+++`"),
    "a solution cell without a region": (
        WHOLE.replace("### BEGIN SOLUTION\n", "").replace("### END SOLUTION\n", ""),
        14,
        3,
        "needs one region",
    ),
    "a region that does not end": (WHOLE.replace("### END SOLUTION\n", ""), 14, 3, "1 and 0"),
    "a solution in a cell that is no answer": (
        WHOLE + "\n```{code-cell}\n### BEGIN SOLUTION\n### END SOLUTION\n```\n",
        29,
        5,
        "no answer in code",
    ),
    "hidden tests that nobody marks": (
        WHOLE + "\n```{code-cell}\n### BEGIN HIDDEN TESTS\n```\n",
        29,
        5,
        "gives no marks",
    ),
    "an answer without a test": (HEAD + PROSE + ANSWER, 14, 3, "no test cell `rate-test`"),
    "a test without an answer": (HEAD + PROSE + CHECK, 14, 3, "has no answer cell"),
    "a misspelt option": (WHOLE.replace("points:", "point:"), 21, 4, "unknown nbgrader option"),
    "a language on code": (
        WHOLE.replace(":nbgrader: {grade_id: rate, s", ":lang: en\n:nbgrader: {grade_id: rate, s"),
        14,
        3,
        "shared by both languages",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_lesson_line_and_cell(write, fault):
    text, line, cell, said = FAULTS[fault]
    with pytest.raises(LessonError) as refused:
        read_lesson(write(text))
    assert str(refused.value).startswith(f"market/growth.md, line {line}, cell {cell}: ")
    assert said in str(refused.value)


def test_a_lesson_that_is_not_utf8_is_named_with_its_line(write):
    with pytest.raises(LessonError, match=r"market/growth\.md, line 12: not UTF-8"):
        read_lesson(write(WHOLE.encode().replace("增长\n\n```".encode(), b"\xd4\xf6\n\n```")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PROSE, "lacks `topics`"),
        (HEAD.replace(", zh: 增长", "") + PROSE, "`titles` need en, zh"),
        (HEAD + PROSE.replace('{"lang": "en"}', '{"lang": en}'), "growth.md: "),
        (HEAD + "\n```{code-cell}\n:nbgrader: {grade_id: [}\n1\n```\n", "Invalid YAML"),
    ],
)
def test_a_lesson_that_cannot_be_parsed_is_named(write, text, said):
    with pytest.raises(LessonError, match=r"market/growth\.md") as refused:
        read_lesson(write(text))
    assert said in str(refused.value)


def test_what_is_not_there_is_answered_with_what_is(write):
    lessons = write(WHOLE).parents[1]
    with pytest.raises(
        LessonError, match="no lesson is called 'pricing'; there are: market/growth"
    ):
        find_lessons(lessons, "pricing")
    assert find_lessons(lessons, "market") == find_lessons(lessons, "market/growth")


def test_the_command_says_what_is_wrong_in_one_line_and_builds_nothing(write, capsys):
    course = write(WHOLE.replace(", points: 2", "")).parents[2]
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    assert main(["build", "--course", str(course)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ecomlab build: market/growth.md, line 21, cell 4: ")
    assert said.count("\n") == 1
    assert not (course / "release").exists()


def test_the_command_wants_a_course_directory(tmp_path, capsys):
    assert main(["build", "--course", str(tmp_path)]) == 2
    assert "no course directory" in capsys.readouterr().err


def test_each_language_gets_its_prose_and_the_same_code(write):
    lesson = read_lesson(write(WHOLE))
    english, chinese = (to_notebook(lesson, lang) for lang in ("en", "zh"))
    assert [c.source for c in english.cells if c.cell_type == "markdown"] == ["# Growth"]
    assert [c.source for c in chinese.cells if c.cell_type == "markdown"] == ["# 增长"]
    code = [[c for c in n.cells if c.cell_type == "code"][1:] for n in (english, chinese)]
    assert code[0] == code[1]


def test_the_short_form_becomes_whole_nbgrader_metadata(write):
    notebook = to_notebook(read_lesson(write(WHOLE)), "en")
    nbformat.validate(notebook)
    answer, check = (c.metadata.nbgrader for c in notebook.cells[-2:])
    assert (answer.solution, answer.grade, answer.locked) == (True, False, False)
    assert (check.solution, check.grade, check.locked, check.points) == (False, True, True, 2)


def test_run_all_goes_on_past_an_unsolved_check(write):
    notebook = to_notebook(read_lesson(write(WHOLE)), "en")
    assert notebook.cells[-1].metadata.tags == ["raises-exception"]
    assert "tags" not in notebook.cells[-2].metadata


def test_cells_of_the_same_content_have_different_names(write):
    lesson = read_lesson(write(WHOLE + "\n```{code-cell}\n1\n```\n\n```{code-cell}\n1\n```\n"))
    names = [c.id for c in to_notebook(lesson, "en").cells]
    assert len(names) == len(set(names))


STARTERS = {
    "a name": ("rate = 0.1", "rate = ..."),
    "several names": ("a = 1\nb = a + 1", "a = ...\nb = ..."),
    "scratch names": ("_steps = 3\nrate = 1 / _steps", "rate = ..."),
    "an import and a call": ("import math\nprint(1)\nrate = math.pi", "rate = ..."),
    "only a call": ("print(1)", "..."),
    "a function": (
        'def f(a, b=2):\n    """Say what."""\n    return a + b',
        'def f(a, b=2):\n    """Say what."""\n    ...',
    ),
    "a loop that holds the answer": ("x = 0\nfor i in range(3):\n    x += i", "x = ..."),
}


@pytest.mark.parametrize("case", STARTERS)
def test_a_starter_keeps_names_and_drops_answers(case):
    region, expected = STARTERS[case]
    assert starter(f"### BEGIN SOLUTION\n{region}\n### END SOLUTION") == expected


def test_a_starter_keeps_what_stands_around_the_region():
    source = "def f(a):\n    ### BEGIN SOLUTION\n    return a\n    ### END SOLUTION\n\nf(1)"
    assert starter(source) == "def f(a):\n    return ...\n\nf(1)"


NAMES = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda name: not iskeyword(name))


@given(NAMES, st.integers(), st.text(max_size=20))
def test_no_value_survives_in_a_starter(name, number, text):
    blank = starter(f"### BEGIN SOLUTION\n{name} = [{number!r}, {text!r}]\n### END SOLUTION")
    compile(blank, "starter", "exec")
    assert blank == f"{name} = ..."
