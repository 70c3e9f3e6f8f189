"""Terms of chapter 4."""

from ecomlab.terms.term import Term

TERMS = {
    "event_tracking": Term("event tracking", "埋点"),
    "cohort": Term("cohort", "同期群"),
    "funnel": Term("funnel", "漏斗"),
}
