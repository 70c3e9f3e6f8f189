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
}
