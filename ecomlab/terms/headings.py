"""Everyday words that head columns; in prose they may be said in other ways."""

from ecomlab.terms.term import Term

HEADINGS = {
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
