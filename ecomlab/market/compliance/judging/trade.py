"""Checks of tax, customs and payment rules."""

from __future__ import annotations

from ecomlab.market.compliance.judging.verdict import (
    Check,
    Rule,
    Verdict,
    kept_unless,
    owed,
    plain,
    told,
)
from ecomlab.market.compliance.payments import needs_authentication
from ecomlab.market.compliance.profile import Profile
from ecomlab.style import say

# The INFORM Consumers Act asks for orders and sales together; the table holds the orders.
INFORM_SALES = 5_000
CARD_VERSIONS = {"pci-dss-40": ("4.0", "4.0.1"), "pci-dss-401": ("4.0.1",)}
CHINESE = ("CN", "HK")


def _exempt(plan: Profile, rule: Rule) -> Verdict | None:
    value = plan.parcels.get(rule.place)
    if value is None or not rule.holds(value):
        return None
    return told(
        "met",
        en=f"a parcel of {value:g} is inside the exemption of {rule.threshold:g}",
        zh=f"货值 {value:g}，在 {rule.threshold:g} 的免税限额之内",
    )


def _exempt_unless_chinese(plan: Profile, rule: Rule) -> Verdict | None:
    return None if plan.goods_from in CHINESE else _exempt(plan, rule)


def _flat_duty(plan: Profile, rule: Rule) -> Verdict | None:
    value = plan.parcels.get(rule.place)
    if value is None or not rule.holds(value):
        return None
    return owed(
        plan.pays_duty,
        en=f"EUR 3 for each kind of item are due on a parcel of EUR {value:g}",
        zh=f"货值 {value:g} 欧元的包裹，每种商品须缴 3 欧元关税",
    )


def _tariff(plan: Profile, rule: Rule) -> Verdict | None:
    value = plan.parcels.get(rule.place)
    if value is None or not rule.holds(value):
        return None
    return owed(
        plan.pays_duty,
        en=f"the ordinary tariff is due on a parcel of EUR {value:g}",
        zh=f"货值 {value:g} 欧元的包裹，须按普通税率缴纳关税",
    )


def _no_exemption(plan: Profile, rule: Rule) -> Verdict | None:
    value = plan.parcels.get(rule.place)
    if value is None:
        return None
    return owed(
        plan.pays_duty,
        en=f"duty is due on a parcel of USD {value:g}, however small",
        zh=f"货值 {value:g} 美元的包裹，再小也须缴纳关税",
    )


def _no_exemption_for_chinese(plan: Profile, rule: Rule) -> Verdict | None:
    return _no_exemption(plan, rule) if plan.goods_from in CHINESE else None


def _import_vat(plan: Profile, rule: Rule) -> Verdict | None:
    if rule.place not in plan.parcels:
        return None
    return owed(
        plan.pays_import_vat or plan.ioss,
        en="import VAT is due on every parcel",
        zh="每个包裹都须缴纳进口增值税",
    )


def _ioss(plan: Profile, rule: Rule) -> Verdict | None:
    value = plan.parcels.get(rule.place)
    if value is None:
        return None
    inside = rule.holds(value)
    if plan.ioss:
        return kept_unless(
            not inside,
            en=f"a parcel of EUR {value:g} is too valuable for the IOSS",
            zh=f"货值 {value:g} 欧元，超出 IOSS 的限额",
        )
    if not inside:
        return None
    return told(
        "duty",
        en=f"a parcel of EUR {value:g} may use the IOSS; without it buyers pay VAT at the door",
        zh=f"货值 {value:g} 欧元，可以使用 IOSS；不用的话买家收货时缴税",
    )


def _oss(plan: Profile, rule: Rule) -> Verdict | None:
    sales = plan.eu_distance_sales
    if plan.home != "EU" or not rule.holds(sales):
        return None
    return kept_unless(
        not plan.oss,
        en=f"EUR {sales:,.0f} a year go to other member states without the OSS",
        zh=f"年跨成员国销售 {sales:,.0f} 欧元，却没有注册 OSS",
    )


def _import_limit(plan: Profile, rule: Rule) -> Verdict | None:
    if plan.import_order == 0:
        return None
    order = f"{plan.import_order:,.2f}".removesuffix(".00")
    if rule.holds(plan.import_order):
        return owed(
            plan.pays_duty,
            en=f"an order of CNY {order} is taxed at the cross-border rate",
            zh=f"{order} 元的订单按跨境电商税率缴税",
        )
    return owed(
        plan.pays_duty,
        en=f"an order of CNY {order} is above the limit and taxed as general trade",
        zh=f"{order} 元的订单超过限值，按一般贸易征税",
    )


def _nexus(plan: Profile, rule: Rule) -> Verdict | None:
    by_orders = rule.name == "us-sd-nexus-orders"
    value = plan.total("orders" if by_orders else "sales", rule.place)
    if not rule.holds(value):
        return None
    unit = say(en="orders", zh="笔订单") if by_orders else say(en="US dollars", zh="美元")
    return kept_unless(
        not plan.sales_tax,
        en=f"{value:,.0f} {unit} a year in South Dakota, and no sales tax is collected",
        zh=f"在南达科他州一年 {value:,.0f} {unit}，却没有代收销售税",
    )


def _inform(plan: Profile, rule: Rule) -> Verdict | None:
    orders = plan.total("orders", rule.place)
    if not rule.holds(orders) or plan.total("sales", rule.place) < INFORM_SALES:
        return None
    return kept_unless(
        not plan.seller_identified,
        en=f"{orders:,.0f} orders a year are sold without showing who sells",
        zh=f"年订单 {orders:,.0f} 笔，却没有披露卖家身份",
    )


def _tax_reports(plan: Profile, _rule: Rule) -> Verdict:
    if plan.hosts_sellers:
        return kept_unless(
            not plan.reports_sellers,
            en="others sell on the site, and their income is not reported",
            zh="平台没有报送商家的涉税信息",
        )
    return told(
        "duty",
        en="the tax office learns the shop's income from its platform",
        zh="税务机关会从平台获知店铺收入",
    )


def _strong_authentication(plan: Profile, _rule: Rule) -> Verdict | None:
    if not plan.payments:
        return None
    needed = needs_authentication(plan.payments)
    missed = [
        f"{amount:g}"
        for amount, need in zip(plan.payments, needed, strict=True)
        if need and amount <= plan.authenticates_above
    ]
    return kept_unless(
        bool(missed),
        en=f"payments go without the authentication they need: EUR {', '.join(missed)}",
        zh=f"应做强认证的支付没有做：{'、'.join(missed)} 欧元",
    )


def _cards(plan: Profile, rule: Rule) -> Verdict | None:
    if plan.card_standard is None:
        return None
    return kept_unless(
        plan.card_standard not in CARD_VERSIONS[rule.name],
        en=f"card numbers are handled by version {plan.card_standard}, which is retired",
        zh=f"处理卡号依据的 {plan.card_standard} 版已停用",
    )


CHECKS: dict[str, Check] = {
    "cn-import-limit": _import_limit,
    "cn-payment-licence": plain(
        lambda plan: not plan.payment_licensed,
        en="buyers pay through a provider without a licence",
        zh="通过无牌机构收款",
    ),
    "cn-tax-reports": _tax_reports,
    "eu-customs-duty-3": _flat_duty,
    "eu-customs-relief": _exempt,
    "eu-customs-tariff": _tariff,
    "eu-ioss": _ioss,
    "eu-oss-10000": _oss,
    "eu-sca": _strong_authentication,
    "eu-vat-22": _exempt,
    "eu-vat-import": _import_vat,
    "pci-dss-40": _cards,
    "pci-dss-401": _cards,
    "us-de-minimis": _exempt,
    "us-de-minimis-cn": _no_exemption_for_chinese,
    "us-de-minimis-end": _no_exemption,
    "us-de-minimis-others": _exempt_unless_chinese,
    "us-inform": _inform,
    "us-sd-nexus-orders": _nexus,
    "us-sd-nexus-sales": _nexus,
}
