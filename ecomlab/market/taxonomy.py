"""1.1 Definition and classification of e-commerce (电子商务定义及分类)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw

from ecomlab import frames
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd

COMPLETENESS = ("complete", "partial", "none")
REACHES = ("local", "domestic", "global")
#: The letter by which each kind of party is known.
LETTERS = {"business": "B", "person": "C", "government": "G"}
#: How goods change hands where buyer and seller (or its rider) meet near by.
ON_THE_SPOT = ("rider", "pick_up", "on_site")


@dataclass(frozen=True)
class Dimension:
    """Where a table says how far one dimension of a trade is digital.

    Attributes
    ----------
    column
        The column that tells.
    digital, physical
        Its values of either kind; together all that it may hold.
    """

    column: str
    digital: tuple[str, ...] = ("digital",)
    physical: tuple[str, ...] = ("physical",)


#: The three dimensions of a trade, as the stalls of Lantern Market note them down.
DIMENSIONS: Mapping[str, Dimension] = {
    "product": Dimension("form", ("file", "live"), ("goods", "in_person")),
    "process": Dimension("ordered_by", ("app", "web"), ("phone", "counter")),
    "delivery": Dimension("handed_over", ("network",), ("courier", *ON_THE_SPOT)),
}

_SIDES = {"digital": "数字", "physical": "实体"}
_PARTIES = {"business": "企业", "person": "个人", "government": "政府机构"}
_COUNTRIES = {
    "CN": "中国", "JP": "日本", "KR": "韩国", "SG": "新加坡",
    "DE": "德国", "FR": "法国", "US": "美国",
}  # fmt: skip
# Codes that read well as they are in English.
_CHINESE: Mapping[str, Mapping[str, str]] = {
    "form": {"goods": "实物", "in_person": "当面服务", "file": "文件或激活码", "live": "网络直播"},
    "ordered_by": {"app": "App", "web": "网页", "phone": "电话", "counter": "柜台"},
    "paid_by": {"online": "线上", "cash": "现金"},
    "handed_over": {
        "network": "网络",
        "courier": "快递",
        "rider": "骑手",
        "pick_up": "自提",
        "on_site": "现场",
    },
    **dict.fromkeys(DIMENSIONS, _SIDES),
    "completeness": {"complete": "完全", "partial": "非完全", "none": "非电子商务"},
    "reach": {"local": "本地", "domestic": "远程国内", "global": "全球"},
    **dict.fromkeys(("seller", "buyer"), _PARTIES),
    **dict.fromkeys(("seller_country", "buyer_country", "ship_from", "ship_to"), _COUNTRIES),
}


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of trades or of their composition to look at: words for codes, "-" for missing.

    Code compares codes, readers read words: in Chinese the codes of the stalls and of `classify`
    become Chinese; in English they stay. Codes of other tables stay too.

    Parameters
    ----------
    table
        A table with some of the columns of the stalls and of `classify`.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns; numbers and other columns are as they were.

    Examples
    --------
    >>> import pandas as pd
    >>> trades = pd.DataFrame({"ordered_by": ["web", "phone"], "ship_to": ["CN", None]})
    >>> in_words(trades).values.tolist()
    [['web', 'CN'], ['phone', '-']]
    """
    told = table.copy()
    for column in told.columns.intersection(list(_CHINESE)):
        codes = told[column].astype(object)
        words = [say(en=str(code), zh=_CHINESE[column].get(code, str(code))) for code in codes]
        told[column] = [
            word if known else "-" for word, known in zip(words, codes.notna(), strict=True)
        ]
    return told


def classify(
    transactions: frames.Native,
    *,
    dimensions: Mapping[str, Dimension] = DIMENSIONS,
    on_the_spot: Sequence[str] = ON_THE_SPOT,
    seller: str = "seller",
    buyer: str = "buyer",
    city: tuple[str, str] = ("seller_city", "buyer_city"),
    country: tuple[str, str] = ("seller_country", "buyer_country"),
) -> frames.Native:
    """Tell what kind of e-commerce each trade is: how complete, between whom, over what distance.

    Parameters
    ----------
    transactions
        One row a trade.
    dimensions
        For ``"product"``, ``"process"`` (the order) and ``"delivery"``: the column that tells
        whether it is digital. Payment decides none of them: a code scanned at a counter is no
        order over a network.
    on_the_spot
        Values of the delivery's column for goods and services that change hands near by.
    seller, buyer
        Columns of the kinds of party: ``"business"``, ``"person"`` or ``"government"``.
    city, country
        The columns of the seller's and the buyer's own place, which need not be where goods go.

    Returns
    -------
    The kind of table that came in
        Its columns, and: `product`, `process`, `delivery` ("digital" or "physical");
        `completeness` ("complete" 完全电子商务: all three digital; "none": all three physical; else
        "partial" 非完全); `parties` ("B2B", "B2C", "C2C", "C2B", "B2G" ...; "O2O": a person orders
        from a business over a network and is served on the spot); `reach` ("local" 本地: one city;
        "domestic" 远程国内: one country; "global" 全球: two countries).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, lacks a value, or holds one that is of neither kind; if the table
        has a column that would be written over.

    Notes
    -----
    The three dimensions: Choi, Stahl and Whinston (1997), The Economics of Electronic Commerce,
    chapter 1.

    Examples
    --------
    >>> from ecomlab import open_shop
    >>> found = classify(open_shop().stalls)
    >>> found.loc[found["item"] == "e-book", "completeness"].unique().tolist()
    ['complete', 'partial']
    """
    if set(dimensions) != set(DIMENSIONS):
        raise ValueError(
            f"dimensions are {', '.join(dimensions)}; expected {', '.join(DIMENSIONS)}"
        )
    roles = {"seller": seller, "buyer": buyer}
    places = {"seller_city": city[0], "buyer_city": city[1]}
    places |= {"seller_country": country[0], "buyer_country": country[1]}
    columns = {name: d.column for name, d in dimensions.items()} | roles | places
    words = frames.as_frame(
        transactions,
        columns={own: frames.key(name) for own, name in columns.items()},
        name="transactions",
    ).with_columns(nw.all().cast(nw.String))
    for name, dimension in dimensions.items():
        _known(words, name, dimension.column, (*dimension.digital, *dimension.physical))
    for name, column in roles.items():
        _known(words, name, column, tuple(LETTERS))
    table = nw.from_native(transactions)
    _refuse_overwriting(table, {name: d.column for name, d in dimensions.items()})

    def text(own: str) -> nw.Expr:
        return nw.col(columns[own]).cast(nw.String)

    digital = {name: text(name).is_in(list(d.digital)) for name, d in dimensions.items()}
    spot = text("delivery").is_in(list(on_the_spot))
    shop_to_person = (text("seller") == "business") & (text("buyer") == "person")
    links = reduce(lambda a, b: a + b, (d.cast(nw.Int8) for d in digital.values()))
    same_country = text("seller_country") == text("buyer_country")
    same_city = text("seller_city") == text("buyer_city")
    found = table.with_columns(
        completeness=_either(links == 3, "complete", _either(links == 0, "none", "partial")),
        parties=_either(
            shop_to_person & digital["process"] & spot,
            "O2O",
            nw.concat_str([_letter(text("seller")), nw.lit("2"), _letter(text("buyer"))]),
        ),
        reach=_either(same_country, _either(same_city, "local", "domestic"), "global"),
        **{name: _either(yes, "digital", "physical") for name, yes in digital.items()},
    )
    return frames.like(found.lazy(), transactions)


def composition(
    transactions: frames.Native, *, by: str | Sequence[str], value: str = "amount"
) -> frames.Native:
    """How trade is made up: trades and value by kind, and the share of each.

    Parameters
    ----------
    transactions
        One row a trade.
    by
        The column of kinds, or several: ``"completeness"`` or ``["product", "process"]``, say.
    value
        The column of amounts, CNY.

    Returns
    -------
    The kind of table that came in
        One row a kind, the largest value first: the columns of `by`, `trades`, `amount` (CNY),
        `trades_share` and `amount_share` (each adds up to 1; missing where nothing was traded).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, lacks a value, or an amount is negative; if `by` names no column.

    Examples
    --------
    >>> import pandas as pd
    >>> trades = pd.DataFrame({"reach": ["local", "local", "global"], "amount": [10.0, 20, 70]})
    >>> composition(trades, by="reach")[["reach", "trades_share", "amount_share"]].round(2)
        reach  trades_share  amount_share
    0  global          0.33           0.7
    1   local          0.67           0.3
    """
    kinds = [by] if isinstance(by, str) else list(by)
    if not kinds:
        raise ValueError("by names no column; give at least one")
    columns = {f"kind {i}": frames.key(name) for i, name in enumerate(kinds)}
    columns["amount"] = frames.money(value)
    frame = frames.as_frame(transactions, columns=columns, name="transactions")
    keys = [name for name in columns if name != "amount"]
    frame = frame.with_columns(nw.col(*keys).cast(nw.String))
    sums = frame.select(trades=nw.len(), amount=nw.col("amount").sum()).collect()
    whole = {name: float(sums[name].item(0) or 0) for name in ("trades", "amount")}
    table = (
        frame.group_by(*keys)
        .agg(trades=nw.len(), amount=nw.col("amount").sum())
        .with_columns(
            nw.col("trades").cast(nw.Int64),
            all_trades=nw.lit(whole["trades"]),
            all_amount=nw.lit(whole["amount"]),
        )
        .with_columns(
            trades_share=frames.ratio("trades", "all_trades"),
            amount_share=frames.ratio("amount", "all_amount"),
        )
        .drop("all_trades", "all_amount")
        .sort("amount", *keys, descending=[True, *(False for _ in keys)])
        .rename(dict(zip(keys, kinds, strict=True)))
    )
    return frames.like(table, transactions)


def _either(condition: nw.Expr, yes: str | nw.Expr, no: str | nw.Expr) -> nw.Expr:
    then, other = (nw.lit(v) if isinstance(v, str) else v for v in (yes, no))
    return nw.when(condition).then(then).otherwise(other)


def _letter(party: nw.Expr) -> nw.Expr:
    return _either(party == "business", "B", _either(party == "person", "C", "G"))


def _known(words: frames.Frame, own: str, column: str, allowed: Sequence[str]) -> None:
    """Refuse a word of neither kind; nothing is taken for physical because it is unknown."""
    strange = words.filter(~nw.col(own).is_in(list(allowed))).select(own)
    found = strange.group_by(own).agg(rows=nw.len()).sort(own).head(1).collect()
    if len(found):
        row: dict[str, Any] = found.rows(named=True)[0]
        raise ValueError(
            f"transactions: column {column!r} holds {row[own]!r} ({row['rows']} rows); "
            f"expected one of {', '.join(allowed)}"
        )


def _refuse_overwriting(table: Any, sources: Mapping[str, str]) -> None:
    there = set(table.collect_schema())
    for name in (*sources, "completeness", "parties", "reach"):
        if name in there and sources.get(name) != name:
            raise ValueError(
                f"transactions has a column {name!r} already, which would be written over; "
                "rename it"
            )
