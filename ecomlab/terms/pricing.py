"""Terms of chapter 2."""

from ecomlab.terms.term import Term

TERMS = {
    "gmv": Term("gross merchandise value", "成交总额", ("GMV",)),
    "net_sales": Term("net sales", "净销售额"),
    "price_elasticity": Term("price elasticity", "价格弹性"),
    "spend_and_save": Term("spend-and-save", "满减"),
    "topping_up": Term("topping up", "凑单"),
    "incrementality": Term("incrementality", "增量"),
    "uplift_modelling": Term("uplift modelling", "增益模型"),
}
