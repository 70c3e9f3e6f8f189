"""The glossary is complete, and holds every table and lesson to one name a thing."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from ecomlab.style import set_language
from ecomlab.terms import CHAPTERS, HEADINGS, TERMS, missing_terms, speak, term


@pytest.fixture
def _chinese():
    set_language("zh")


def test_every_term_has_an_english_and_a_chinese_name():
    for name, t in {**HEADINGS, **TERMS}.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert t.en.isascii()
        assert all(re.search(r"[\u4e00-\u9fff]|[A-Z]", zh) for zh in (t.zh, *t.also))


def test_no_two_terms_share_a_name():
    assert len(TERMS) == sum(len(chapter.TERMS) for chapter in CHAPTERS)
    for names in ([t.en for t in TERMS.values()], [t.zh for t in TERMS.values()]):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "zh"),
    [
        ("spend_per_buyer", "客单价"),
        ("average_order_value", "笔单价"),
        ("repurchase_rate", "复购率"),
        ("incrementality", "增量"),
        ("uplift_modelling", "增益模型"),
        ("fill_rate", "订单满足率"),
        ("cycle_service_level", "周期服务水平"),
    ],
)
def test_terms_that_are_often_mixed_up_are_right(name, zh):
    assert TERMS[name].zh == zh


@pytest.mark.usefixtures("_chinese")
def test_a_table_speaks_the_language_in_force_and_the_original_does_not_change():
    table = pd.DataFrame({"year_on_year": [0.1], "other": [1]}, index=pd.Index([1], name="year"))
    spoken = speak(table)
    assert [*spoken.columns, spoken.index.name] == ["同比", "other", "年份"]
    assert table.columns.tolist() == ["year_on_year", "other"]


def test_an_unknown_term_is_refused():
    with pytest.raises(ValueError, match="no term 'shine'"):
        term("shine")


@pytest.mark.parametrize(
    ("en", "zh", "missing"),
    [
        ("The Market\nsize grew.", "市场规模扩大了。", []),
        ("The market size grew.", "市场变大了。", ["市场规模"]),
        ("The growth rate fell.", "增速下降。", []),
        ("Nothing to see.", "没什么可看的。", []),
        ("See `market size` in code.", "见代码。", []),
    ],
)
def test_a_missing_term_is_found_whatever_its_capitals(en, zh, missing):
    assert [t.zh for t in missing_terms(en, zh)] == missing
