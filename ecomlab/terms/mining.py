"""Terms of chapter 6."""

from ecomlab.terms.term import Term

TERMS = {
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
