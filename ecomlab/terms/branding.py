"""Terms of chapter 3."""

from ecomlab.terms.term import Term

TERMS = {
    "adstock": Term("adstock", "广告存量"),
    "attribution": Term("attribution", "归因"),
    "roas": Term("return on ad spend", "投产比"),
    "awareness": Term("awareness", "知名度"),
    "favourability": Term("favourability", "美誉度"),
    "brand_loyalty": Term("brand loyalty", "品牌忠诚度", ("忠诚度",)),
}
