"""Checks of data, pricing, advertising, consumer and intellectual-property rules."""

from __future__ import annotations

from ecomlab.market.compliance.judging.verdict import (
    Check,
    Rule,
    Verdict,
    kept_unless,
    plain,
)
from ecomlab.market.compliance.profile import Profile
from ecomlab.market.compliance.promotion import (
    Promotion,
    base_price,
    overclaims,
    raised_before,
    true_discount,
)

MILLION = 1_000_000


def _logs(plan: Profile, rule: Rule) -> Verdict:
    return kept_unless(
        not rule.holds(plan.log_months),
        en=f"logs are kept for {plan.log_months:g} months",
        zh=f"日志只留存 {plan.log_months:g} 个月",
    )


def _export_contract(plan: Profile, rule: Rule) -> Verdict | None:
    # From a million people on, the security assessment takes the contract's place.
    return _export(plan, rule, enough=("contract", "assessment"), below=MILLION)


def _export_assessment(plan: Profile, rule: Rule) -> Verdict | None:
    return _export(plan, rule, enough=("assessment",), below=float("inf"))


def _export(plan: Profile, rule: Rule, *, enough: tuple[str, ...], below: float) -> Verdict | None:
    people = plan.people_exported
    if not rule.holds(people) or people >= below:
        return None
    return kept_unless(
        plan.export_route not in enough,
        en=f"data of {people:,.0f} people leave China without what the rule asks for",
        zh=f"向境外提供 {people:,.0f} 人的个人信息，却没有办理规定的手续",
    )


def _discount_base(plan: Profile, rule: Rule) -> Verdict | None:
    if plan.promotion is None or plan.promotion.stated_base is not None:
        return None
    return _claim(plan.promotion, rule)


def _prior_price(plan: Profile, rule: Rule) -> Verdict | None:
    return None if plan.promotion is None else _claim(plan.promotion, rule)


def _claim(offer: Promotion, rule: Rule) -> Verdict:
    """Whether the discount claimed holds from the lowest price of the rule's days."""
    days = int(rule.threshold)
    base, true = base_price(offer.history, offer.start, days=days), true_discount(offer, days=days)
    return kept_unless(
        overclaims(offer, days=days),
        en=f"{offer.claimed:.0%} off claimed; from the {days}-day low, {base:g}, it is {true:.1%}",
        zh=f"宣称降价 {offer.claimed:.0%}；按前 {days} 天最低价 {base:g} 计，实际 {true:.1%}",
    )


def _raise(plan: Profile, _rule: Rule) -> Verdict | None:
    offer = plan.promotion
    if offer is None:
        return None
    return kept_unless(
        raised_before(offer),
        en=f"the price was raised shortly before, and {offer.base_used:g} serves as the base",
        zh=f"打折前临时涨价，并以 {offer.base_used:g} 作为基准",
    )


def _notices(plan: Profile, _rule: Rule) -> Verdict:
    if plan.hosts_sellers and not plan.takes_notices:
        return _no_channel(plan)
    return kept_unless(
        not plan.rights_proven,
        en="one notice takes the goods down: there is no proof of rights in brands and pictures",
        zh="没有品牌和图片的权利证明，一接到通知商品就会下架",
    )


def _platform(plan: Profile, _rule: Rule) -> Verdict | None:
    return _no_channel(plan) if plan.hosts_sellers else None


def _no_channel(plan: Profile) -> Verdict:
    return kept_unless(
        not plan.takes_notices,
        en="others sell on the site, and nobody takes notices",
        zh="平台没有受理通知的渠道",
    )


def _host_age(plan: Profile, rule: Rule) -> Verdict | None:
    if plan.live_host_age is None:
        return None
    age = plan.live_host_age
    return kept_unless(not rule.holds(age), en=f"a host is {age:g}", zh=f"有主播只有 {age:g} 岁")


def _live_room(plan: Profile, _rule: Rule) -> Verdict | None:
    if plan.live_host_age is None:
        return None
    return kept_unless(
        not plan.live_shows_seller,
        en="the live room does not show who sells",
        zh="直播间没有公示经营者信息",
    )


def _registration(plan: Profile, rule: Rule) -> Verdict | None:
    sales = plan.total("sales", rule.place)
    if not rule.holds(sales):
        return None
    return kept_unless(
        not plan.registered,
        en=f"CNY {sales:,.0f} a year are sold without registration",
        zh=f"年交易额 {sales:,.0f} 元，却没有登记",
    )


def _returns(plan: Profile, rule: Rule) -> Verdict:
    days = plan.return_days.get(rule.place, 0)
    return kept_unless(
        not rule.holds(days),
        en=f"goods may be sent back for {days:g} days only",
        zh=f"只给 {days:g} 天退货期",
    )


def _opt_out(plan: Profile, rule: Rule) -> Verdict | None:
    if not rule.holds(plan.revenue_usd):
        return None
    return kept_unless(
        not plan.opt_out,
        en=f"with revenue of USD {plan.revenue_usd:,.0f} there is no way to opt out",
        zh=f"年收入 {plan.revenue_usd:,.0f} 美元，却没有拒绝出售信息的选项",
    )


_consent = plain(
    lambda plan: not plan.consent,
    en="personal information is used without consent",
    zh="未经同意使用个人信息",
)

CHECKS: dict[str, Check] = {
    "cn-cybersecurity-2017": _logs,
    "cn-cybersecurity-2026": _logs,
    "cn-data-export-assessment": _export_assessment,
    "cn-data-export-contract": _export_contract,
    "cn-data-security": plain(
        lambda plan: not plan.data_managed,
        en="nobody is in charge of data security",
        zh="没有数据安全管理制度",
    ),
    "cn-discount-base": _discount_base,
    "cn-fake-orders": plain(
        lambda plan: plan.fake_orders, en="the plan invents orders", zh="方案要刷单"
    ),
    "cn-fake-reviews": plain(
        lambda plan: plan.paid_reviews, en="the plan pays for praise", zh="方案要好评返现"
    ),
    "cn-internet-ads": plain(
        lambda plan: not plan.ads_marked,
        en="paid placement is not marked as advertising",
        zh="付费推广没有标明“广告”",
    ),
    "cn-ip-notice": _notices,
    "cn-live-2026": _live_room,
    "cn-live-host-age": _host_age,
    "cn-personal-prices": plain(
        lambda plan: plan.prices_by_person,
        en="prices differ by person on the same terms",
        zh="同等条件下因人定价",
    ),
    "cn-pipl-consent": _consent,
    "cn-plain-results": plain(
        lambda plan: not plan.plain_results,
        en="all results are personal, with no other choice",
        zh="只有个性化结果，没有别的选项",
    ),
    "cn-price-raise": _raise,
    "cn-registration": _registration,
    "cn-return-7": _returns,
    "eu-dsa": _platform,
    "eu-gdpr": _consent,
    "eu-gpsr": plain(
        lambda plan: not plan.eu_responsible,
        en="no responsible person in the EU is named",
        zh="没有指定欧盟责任人",
    ),
    "eu-prior-price": _prior_price,
    "eu-withdrawal-14": _returns,
    "us-ca-ccpa-2020": _opt_out,
    "us-ca-ccpa-2025": _opt_out,
    "us-dmca": _notices,
}
