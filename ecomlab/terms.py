"""The glossary: each term of the field in English and Chinese, the same everywhere.

Notebooks, charts and code speak of a thing by the names given here; a test holds every lesson's
two languages against this table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecomlab.style import language

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Term:
    """One term: its English and Chinese names, and other Chinese names in use."""

    en: str
    zh: str
    also: tuple[str, ...] = ()


TERMS: dict[str, Term] = {
    # 1 market
    "market_size": Term("market size", "市场规模"),
    "growth_rate": Term("growth rate", "增长率", ("增速",)),
    "cagr": Term("compound annual growth rate", "年均复合增长率", ("复合增长率",)),
    "year_on_year": Term("year on year", "同比"),
    "period_on_period": Term("period on period", "环比"),
    "contribution_share": Term("contribution share", "贡献率"),
    "contribution_points": Term("contribution to growth", "拉动百分点", ("拉动",)),
    "comparable_base": Term("comparable base", "可比口径"),
    "vintage": Term("vintage", "发布口径", ("发布版本",)),
    "online_share": Term("online share", "线上占比", ("网上零售占比",)),
    "concentration": Term("market concentration", "市场集中度"),
    "bass_model": Term("Bass model", "巴斯模型"),
    "innovation": Term("innovation coefficient", "创新系数"),
    "imitation": Term("imitation coefficient", "模仿系数"),
    "market_potential": Term("market potential", "市场潜量", ("市场潜力",)),
    "seasonally_adjusted": Term("seasonally adjusted", "季节调整", ("季调",)),
    "seasonal_naive": Term("seasonal naive", "季节性朴素"),
    "forecast_interval": Term("forecast interval", "预测区间"),
    "backtest": Term("backtest", "回测"),
    "mix_effect": Term("mix effect", "结构效应"),
    "rate_effect": Term("rate effect", "比率效应"),
    "jurisdiction": Term("jurisdiction", "法域", ("地区",)),
    "personal_information": Term("personal information", "个人信息"),
    "personal_pricing": Term("personal pricing", "大数据杀熟"),
    "consignment_value": Term("consignment value", "货值"),
    "customs_duty": Term("customs duty", "关税"),
    "economic_nexus": Term("economic nexus", "经济关联"),
    "strong_authentication": Term("strong authentication", "强认证"),
    "notice_and_takedown": Term("notice and takedown", "通知—删除"),
    "fake_orders": Term("fake orders", "刷单"),
    "price_fraud": Term("price fraud", "价格欺诈"),
    "no_reason_return": Term("no-reason return", "无理由退货"),
    # 2 pricing
    "gmv": Term("gross merchandise value", "成交总额", ("GMV",)),
    "net_sales": Term("net sales", "净销售额"),
    "price_elasticity": Term("price elasticity", "价格弹性"),
    "spend_and_save": Term("spend-and-save", "满减"),
    "topping_up": Term("topping up", "凑单"),
    "incrementality": Term("incrementality", "增量"),
    "uplift_modelling": Term("uplift modelling", "增益模型"),
    # 3 branding
    "adstock": Term("adstock", "广告存量"),
    "attribution": Term("attribution", "归因"),
    "roas": Term("return on ad spend", "投产比"),
    "awareness": Term("awareness", "知名度"),
    "favourability": Term("favourability", "美誉度"),
    "brand_loyalty": Term("brand loyalty", "品牌忠诚度", ("忠诚度",)),
    # 4 membership
    "event_tracking": Term("event tracking", "埋点"),
    "cohort": Term("cohort", "同期群"),
    "funnel": Term("funnel", "漏斗"),
    # 5 supply
    "cycle_service_level": Term("cycle service level", "周期服务水平"),
    "fill_rate": Term("fill rate", "订单满足率"),
    "reorder_point": Term("reorder point", "再订货点"),
    "safety_stock": Term("safety stock", "安全库存"),
    "eoq": Term("economic order quantity", "经济订货批量"),
    "newsvendor": Term("newsvendor", "报童模型"),
    "cycle_counting": Term("cycle counting", "循环盘点"),
    "sell_through": Term("sell-through", "售罄率"),
    "days_of_inventory": Term("days of inventory", "库存周转天数"),
    "reverse_logistics": Term("reverse logistics", "逆向物流"),
    "activity_based_costing": Term("activity-based costing", "作业成本法"),
    # 6 mining
    "visitors": Term("unique visitors", "访客数"),
    "page_views": Term("page views", "浏览量"),
    "impressions": Term("impressions", "展现量"),
    "click_through_rate": Term("click-through rate", "点击率"),
    "conversion": Term("payment conversion rate", "支付转化率"),
    "spend_per_buyer": Term("average spend per paying customer", "客单价"),
    "average_order_value": Term("average order value", "笔单价"),
    "average_item_price": Term("average item price", "件单价"),
    "items_per_order": Term("items per order", "连带率"),
    "bounce_rate": Term("bounce rate", "跳失率"),
    "repurchase_rate": Term("repurchase rate", "复购率"),
    "sample_ratio_mismatch": Term("sample-ratio mismatch", "样本比例失衡"),
}


# Everyday words that head columns; in prose they may be said in other ways.
HEADINGS: dict[str, Term] = {
    "action": Term("action", "措施"),
    "area": Term("area", "领域"),
    "bound": Term("bound", "界限"),
    "change": Term("change", "变化"),
    "coverage": Term("coverage", "覆盖率"),
    "date": Term("date", "日期"),
    "in_force": Term("in force from", "生效日"),
    "method": Term("method", "方法"),
    "name": Term("name", "名称"),
    "quarter": Term("quarter", "季度"),
    "region": Term("region", "地区"),
    "rule": Term("rule", "规则"),
    "says": Term("what it says", "内容"),
    "source": Term("source", "出处"),
    "status": Term("status", "状态"),
    "threshold": Term("threshold", "阈值"),
    "to_do": Term("to do", "怎么办"),
    "unit": Term("unit", "单位"),
    "until": Term("until", "失效日"),
    "value": Term("value", "数值"),
    "why": Term("why", "原因"),
    "year": Term("year", "年份"),
}


_CODE = re.compile(r"`[^`]*`")


def term(name: str) -> str:
    """A term in the language in force.

    Raises
    ------
    ValueError
        If the glossary has no such term.

    Examples
    --------
    >>> term("market_size")
    'market size'
    """
    if name not in TERMS:
        raise ValueError(f"the glossary has no term {name!r}; add it to ecomlab/terms.py")
    return getattr(TERMS[name], language())


def speak(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a table whose headings are in the language in force, to be looked at.

    Headings that neither the glossary nor `HEADINGS` has stay as they are.

    Parameters
    ----------
    frame
        A table whose column and index names may be terms, e.g. ``year_on_year``.

    Examples
    --------
    >>> import pandas as pd
    >>> speak(pd.DataFrame({"year_on_year": [0.1], "note": ["x"]})).columns.tolist()
    ['year on year', 'note']
    """

    words = {**HEADINGS, **TERMS}

    def spoken(name: object) -> object:
        return getattr(words[name], language()) if name in words else name

    return frame.rename(columns=spoken).rename_axis(
        index=spoken(frame.index.name), columns=spoken(frame.columns.name)
    )


def missing_terms(en: str, zh: str) -> list[Term]:
    """The glossary's terms that an English text uses and its Chinese twin does not.

    Examples
    --------
    >>> [t.zh for t in missing_terms("The market size grew.", "市场变大了。")]
    ['市场规模']
    """
    english = " ".join(_CODE.sub(" ", en).casefold().split())
    return [
        t
        for t in TERMS.values()
        if t.en.casefold() in english and not any(name in zh for name in (t.zh, *t.also))
    ]
