"""The data dictionary, in both languages: every shipped table, its columns and what they mean.

The shop's tables are declared in ``ecomlab.shop.tables``, the published figures below;
``datasets/README.md`` is made from both by ``ecomlab shop build``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ecomlab.shop.tables import TABLES, Column, Table
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd

#: Each kind of column: its Parquet type, and what it is called.
KINDS = {
    "id": ("int64", "key", "编号"),
    "count": ("int64", "whole number", "整数"),
    "money": ("double", "money, exact to 0.01", "金额，精确到分"),
    "number": ("double", "number", "实数"),
    "flag": ("boolean", "yes or no", "是／否"),
    "label": ("string", "one of a few words", "标签"),
    "text": ("string", "text", "文本"),
    "date": ("date", "day", "日期"),
    "time": ("timestamp, ms", "moment, to the second", "时刻，精确到秒"),
}
UNITS_ZH = {
    "CNY": "元", "day": "天", "hour": "小时", "second": "秒", "ms": "毫秒", "year": "岁",
    "kg": "千克", "km": "千米", "unit": "件", "parcel": "件包裹", "share": "比例 0–1",
}  # fmt: skip

#: Columns that every table of published figures has.
SOURCED = {
    "source": ("who published it, and where", "发布者与出处"),
    "vintage": ("month of the release that printed it", "发布口径（发布月份）"),
}
#: The published figures: table -> what a row is, and its own columns' meaning.
FIGURES: dict[str, tuple[str, str, dict[str, tuple[str, str]]]] = {
    "membership/page_changes": (
        "margin that each page change truly adds in a year, by twin worlds; a row a change and "
        "pair of twins (sections 4.1, 4.4)",
        "各项页面改动一年真正增加的毛利（孪生店铺之差），每行为一项改动的一对店铺（4.1、4.4 节）", {
        "change": ("page change", "页面改动"),
        "pair": ("pair of twin worlds", "孪生店铺对的序号"),
        "gain": ("margin added in a year, CNY", "一年增加的毛利，元")}),
    "market/china_online_retail": (
        "online retail sales in China, a row a year", "中国网上零售额，每行一年", {
        "year": ("year", "年份"),
        "sales_cny_bn": ("online retail sales, CNY bn", "网上零售额，十亿元"),
        "printed_growth_pct": ("growth printed by the bureau, on a comparable base, %",
                               "统计局公布的增速（可比口径），%"),
        "physical_share_pct": ("share of physical goods sold online in retail sales, %",
                               "实物商品网上零售额占社会消费品零售总额的比重，%")}),
    "market/festivals": (
        "festivals and sales days, a row a festival and year", "节日与大促日，每行一个节日的一年", {
        "date": ("its day", "日期"),
        "festival": ("festival", "节日"),
        "festival_zh": ("festival in Chinese", "节日中文名")}),
    "market/regional_growth": (
        "growth of retail e-commerce, a row a year and region", "各地区零售电商增速", {
        "year": ("year", "年份"),
        "region": ("region", "地区"),
        "region_zh": ("region in Chinese", "地区中文名"),
        "printed_growth_pct": ("growth on the year before, %", "同比增速，%")}),
    "market/us_platform_shares": (
        "shares of US retail e-commerce, a row a year and company", "美国零售电商平台份额", {
        "year": ("year", "年份"),
        "company": ("company", "公司"),
        "share_pct": ("share of US retail e-commerce, %", "占美国零售电商的份额，%")}),
    "market/us_retail_ecommerce": (
        "US retail e-commerce, a row a year", "美国零售电商销售额，每行一年", {
        "year": ("year", "年份"),
        "sales_usd_mn": ("sales, USD mn", "销售额，百万美元")}),
    "market/us_retail_ecommerce_adjusted": (
        "US retail e-commerce, seasonally adjusted, a row a quarter",
        "美国零售电商销售额（季节调整），每行一季", {
        "date": ("first day of the quarter", "季度首日"),
        "sales_usd_mn": ("sales, seasonally adjusted, USD mn", "季调后销售额，百万美元"),
        "share_pct": ("share of all retail sales, %", "占零售总额的比重，%")}),
    "market/us_retail_ecommerce_quarterly": (
        "US retail e-commerce, not adjusted, a row a quarter",
        "美国零售电商销售额（未经季节调整），每行一季", {
        "date": ("first day of the quarter", "季度首日"),
        "sales_usd_mn": ("sales, not adjusted, USD mn", "未经季调的销售额，百万美元")}),
    "market/world_retail_ecommerce": (
        "retail e-commerce of the world, a row a year", "全球零售电商销售额，每行一年", {
        "year": ("year", "年份"),
        "sales_usd_bn": ("sales, USD bn", "销售额，十亿美元"),
        "printed_growth_pct": ("growth printed with it, %", "同时公布的增速，%"),
        "share_pct": ("share of all retail sales, %", "占零售总额的比重，%")}),
    "market/rules": (
        "rules that a shop must keep, a row a rule and version",
        "网店须遵守的规则，每行一条规则的一个版本", {
        "rule": ("id of the rule and version", "规则及版本编号"),
        "name": ("name", "名称"), "name_zh": ("Chinese name", "中文名称"),
        "area": ("area of law", "领域"), "jurisdiction": ("where it holds", "适用法域"),
        "in_force": ("first day in force", "生效日期"),
        "until": ("last day in force; missing if it still is", "失效日期（仍有效者为空）"),
        "bound": ("how the threshold is meant", "门槛的含义"),
        "threshold": ("threshold, where there is one", "门槛值（如有）"),
        "unit": ("unit of the threshold", "门槛单位"), "action": ("what it asks for", "要求的行为"),
        "says": ("what it says", "内容"), "says_zh": ("what it says, in Chinese", "内容（中文）"),
        "remedy": ("what to do", "整改办法"),
        "remedy_zh": ("what to do, in Chinese", "整改办法（中文）"),
        "status": ("how firm the text is", "文本状态"),
        "source_zh": ("who published it, in Chinese", "发布者与出处（中文）")}),
    "membership/orders_to_come": (
        "orders of each customer in the 364 days after the shipped tables, from 2025-12-31, mean"
        " over 20 simulated years; a row a registered customer",
        "随附数据之后 364 天（自 2025-12-31 起）的订单数，20 次模拟的平均值，每行一位注册顾客", {
        "customer_id": ("customer", "顾客编号"),
        "orders": ("orders, mean over the simulated years", "订单数（多次模拟的平均值）")}),
    "membership/tier_designs": (
        "the 364 days after two years of a shop under different thresholds of the gold tier, a row"
        " a simulated year and threshold",
        "店铺两年之后的 364 天在不同金卡门槛下的结果，每行一次模拟、一个门槛", {
        "seed": ("seed of the shop; 618 is the shipped one", "店铺种子，618 为随附店铺"),
        "life": ("which simulated year: those of one number share all chance",
                 "第几次模拟：编号相同者随机因素相同"),
        "threshold": ("spend within 336 days that gives privileges, CNY; inf: nobody has them",
                      "336 天内消费满多少元享有特权；inf 表示无人享有"),
        "members": ("customers with privileges, mean over the days", "享有特权的人数（日均）"),
        "orders": ("orders", "订单数"), "goods": ("paid for goods, CNY", "商品实付金额，元"),
        "member_orders": ("orders of those with privileges on the day", "当日享有特权者的订单数"),
        "member_goods": ("paid for goods by those, CNY", "当日享有特权者的商品实付金额，元"),
        "margin": ("goods paid less their cost, plus shipping fees, less delivery; returns left"
                   " out, CNY", "商品实付减商品成本，加运费收入，减配送成本，不计退货，元")}),
    "supply/twin_demand": (
        "units that the shop's own customers take of the twenty goods of section 5.2 if these never"
        " run out, from 2024-07-15; a row a day and product",
        "5.2 节二十种商品若从不缺货，本店顾客会买走的件数，自 2024-07-15 起，每行一天一种商品", {
        "day": ("day, 0 is 2024-07-15", "日序，0 为 2024-07-15"),
        "product_id": ("product", "商品编号"),
        "units": ("units taken", "买走的件数")}),
}  # fmt: skip

_OPENING = """# The data / 数据

Made by `ecomlab shop build` from the declarations in the code; do not edit it by hand.

由 `ecomlab shop build` 根据代码中的声明生成，请勿手工修改。

## Lantern Market / 灯市

Lantern Market is a simulated marketplace whose truth is known; our shop is one stall on it.
`shop/*.parquet` hold two years of the shop, and a sample of all the market's trades (`stalls`).
Open them with `ecomlab.open_shop()`, or with anything that reads Parquet. Times and days are shop
time (UTC+8), kept without a zone; money is in CNY; what is missing is null. Amounts add up to the
cent.

灯市是一个模拟的电商平台，其真值已知，我们的店铺是其中一家。`shop/*.parquet` 是这家店铺两年的数据，
以及全平台成交的一份样本（`stalls`）。用 `ecomlab.open_shop()` 打开，或用任何能读 Parquet 的工具。
日期与时刻均为店铺时间（UTC+8），不带时区；金额单位为元；缺失值为空（null）。
各项金额精确到分，勾稽相符。
"""
_HEAD = (
    "| column 列 | type 类型 | unit 单位 | meaning | 含义 | allowed 取值 |\n"
    "|---|---|---|---|---|---|\n"
)


def readme(folder: Path) -> str:
    """The text of ``datasets/README.md``.

    Parameters
    ----------
    folder
        Where the data sets are; its CSV files are described too.

    Raises
    ------
    ValueError
        If a CSV file or one of its columns is not described in ``FIGURES``.
    """
    kinds = "\n".join(f"| {k} | {t} | {en} | {zh} |" for k, (t, en, zh) in KINDS.items())
    types = f"| type 类型 | Parquet | meaning | 含义 |\n|---|---|---|---|\n{kinds}\n"
    contents = " · ".join(f"[{name}](#{name})" for name in TABLES)
    tables = [_shop_table(table) for table in TABLES.values()]
    figures = "## Published figures / 公布的统计数据\n\n" + (
        "CSV files; `ecomlab.data(name)` reads one.\n\nCSV 文件，用 `ecomlab.data(名称)` 读取。\n"
    )
    names = sorted(p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.csv"))
    listed = [_figures(folder, name) for name in names]
    return "\n".join([_OPENING, types, contents + "\n", *tables, figures, *listed])


def describe(table: Table) -> pd.DataFrame:
    """A table's columns, what they mean and what they may hold, in the language in force.

    Examples
    --------
    >>> describe(TABLES["suppliers"])["meaning"].tolist()
    ['supplier', 'lead time quoted']
    """
    import pandas as pd

    rows = [
        {
            say(en="column", zh="列"): column.name,
            say(en="type", zh="类型"): say(en=KINDS[column.kind][1], zh=KINDS[column.kind][2]),
            say(en="unit", zh="单位"): say(en=column.unit, zh=UNITS_ZH.get(column.unit, "")),
            say(en="meaning", zh="含义"): say(en=column.en, zh=column.zh),
            say(en="allowed", zh="取值"): "; ".join(
                _allowed(column, say(en="may be missing", zh="可缺失"))
            ),
        }
        for column in table.columns
    ]
    return pd.DataFrame(rows)


def _shop_table(table: Table) -> str:
    keys = ", ".join(f"`{name}`" for name in table.key)
    rows = [
        (
            f"`{c.name}`", c.kind, _unit(c), c.en, c.zh,
            "; ".join(_allowed(c, "may be missing 可缺失")),
        )
        for c in table.columns
    ]  # fmt: skip
    head = f"### {table.name}\n\n{table.en} / {table.zh}  \nkey 主键: {keys}\n\n"
    return head + _HEAD + _lines(rows)


def _unit(column: Column) -> str:
    return f"{column.unit} {UNITS_ZH[column.unit]}" if column.unit else ""


def _allowed(column: Column, missing: str) -> Iterable[str]:
    """What a column may hold: its words, its range, where it points, and if it may be missing."""
    if column.values:
        yield ", ".join(column.values)
    if column.ref:
        yield f"→ {column.ref}"
    elif column.kind != "id" and (column.low is not None or column.high is not None):
        low = "" if column.low is None else f"{column.low:g}"
        high = "" if column.high is None else f"{column.high:g}"
        yield f"{low} … {high}" if high else f"≥ {low}"
    if column.optional:
        yield missing


def _figures(folder: Path, name: str) -> str:
    if name not in FIGURES:
        raise ValueError(f"{name}.csv is not described; add it to FIGURES in ecomlab/dictionary.py")
    en, zh, own = FIGURES[name]
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    known = own | SOURCED
    if unknown := [c for c in columns if c not in known]:
        raise ValueError(f"{name}.csv: column {unknown[0]!r} is not described in FIGURES")
    rows = [(f"`{c}`", *known[c]) for c in columns]
    head = f"### {name}\n\n{en} / {zh}\n\n| column 列 | meaning | 含义 |\n|---|---|---|\n"
    return head + _lines(rows)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
