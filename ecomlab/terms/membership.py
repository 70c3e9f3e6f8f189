"""Terms of chapter 4."""

from ecomlab.terms.term import Term

TERMS = {
    "event_tracking": Term("event tracking", "埋点"),
    "cohort": Term("cohort", "同期群"),
    "funnel": Term("funnel", "漏斗"),
    "usability_scale": Term("System Usability Scale", "系统可用性量表"),
    "contrast_ratio": Term("contrast ratio", "对比度"),
    "ab_test": Term("A/B test", "A/B 测试"),
    "intention_to_treat": Term("intention to treat", "意向性分析"),
    "cart_abandonment": Term("cart abandonment", "弃购率", ("弃购",)),
    "core_web_vitals": Term("Core Web Vitals", "核心网页指标"),
    "log_odds": Term("log-odds", "对数几率"),
    "membership_tier": Term("membership tier", "会员等级"),
    "member_care": Term("member care", "会员关怀"),
    "retention": Term("retention", "留存率", ("留存",)),
    "renewal_rate": Term("renewal rate", "续费率"),
    "clv": Term("customer lifetime value", "顾客终身价值"),
    "hold_out": Term("hold-out", "留出", ("对照",)),
    "raw_gap": Term("raw gap", "原始差距"),
    "first_reply": Term("first reply time", "首次响应时长", ("首响",)),
    "reply_rate": Term("reply rate within 30 seconds", "30 秒响应率", ("30秒响应率",)),
    "inquiry_conversion": Term("inquiry conversion", "询单转化率"),
    "chats_at_once": Term("chats at once", "同时接待数", ("同时接待",)),
    "handle_time": Term("handle time", "处理时长"),
    "occupancy": Term("occupancy", "占用率"),
    "shrinkage": Term("shrinkage", "损耗率"),
    "erlang_c": Term("Erlang C", "厄兰 C"),
    "service_standard": Term("service standard", "客服标准"),
    "rolling_rating": Term("rolling rating", "店铺动态评分"),
}
