"""The tables' codes as words in the language in force; code compares codes, readers read words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd

# Codes that read well as they are in English.
_CHINESE: dict[str, dict[str, str]] = {
    "status": {
        "breach": "违反",
        "duty": "须履行",
        "met": "符合",
        "confirmed": "已核实",
        "to confirm": "待核实",
    },
    "action": {"stop": "停止", "set up": "补齐", "pay": "缴纳"},
    "change": {"starts": "生效", "ends": "失效"},
    "bound": {"up to": "不超过", "below": "不满", "above": "超过", "at least": "不少于"},
    "area": {
        "data protection": "数据与个人信息",
        "tax": "税收与关税",
        "payment": "支付",
        "intellectual property": "知识产权",
        "fair trading": "公平交易与广告",
        "consumer": "消费者权益",
    },
    "jurisdiction": {
        "CN": "中国",
        "EU": "欧盟",
        "US": "美国",
        "US-CA": "美国加州",
        "US-SD": "美国南达科他州",
        "world": "全球",
    },
    "unit": {
        "months": "月",
        "people a year": "人/年",
        "days before": "日前",
        "CNY an order": "元/单",
        "days": "日",
        "years": "岁",
        "CNY a year": "元/年",
        "EUR a parcel": "欧元/包裹",
        "EUR a year": "欧元/年",
        "EUR a payment": "欧元/笔",
        "USD a year": "美元/年",
        "USD a person and day": "美元/人·日",
        "business days": "工作日",
        "orders a year": "单/年",
    },
}


def word(column: str, code: str) -> str:
    """One code of a column in the language in force.

    Examples
    --------
    >>> word("bound", "up to")
    'up to'
    """
    return say(en=code, zh=_CHINESE[column][code])


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of rules, changes or findings to look at: words for codes, nothing for missing.

    Examples
    --------
    >>> from ecomlab.market.compliance import changes
    >>> in_words(changes("2026-07-01", until="2026-07-01")).loc[0, ["change", "name"]].tolist()
    ['ends', 'Duty relief for small parcels']
    """
    told = table.astype(object).where(table.notna(), "")
    for column in told.columns.intersection(list(_CHINESE)):
        told[column] = [word(column, code) if code else "" for code in told[column]]
    for column in told.columns.intersection(["date", "in_force", "until"]):
        told[column] = [f"{when:%Y-%m-%d}" if when else "" for when in told[column]]
    for column in told.columns.intersection(["threshold"]):
        told[column] = [f"{number:,.0f}" if number != "" else "" for number in told[column]]
    return told
