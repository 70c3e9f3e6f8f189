"""Recall questions of chapter 5."""

from __future__ import annotations

from ecomlab.labs.quiz import Question
from ecomlab.style import say


def suppliers() -> list[Question]:
    """Before 5.1: a marginal return of 3.2, a comparison of 4.1, an interval of 3.4."""
    return [
        Question(
            say(
                en="Of the visitors who use the filter 6 % buy, of the others 2 %. Does the filter"
                " triple the chance of buying?",
                zh="使用筛选功能的访客有 6% 下单，其他访客只有 2%。筛选功能使下单机会变成三倍吗？",
            ),
            [
                say(en="yes", zh="是"),
                say(en="it cannot be told from this", zh="由此无法判断"),
                say(en="no, it halves it", zh="不是，反而减半"),
            ],
            answer=1,
            why=say(
                en="Visitors who know what they want use the filter: the two groups differ anyway.",
                zh="会用筛选的人本来就想买东西：两组人原本就不同。",
            ),
        ),
        Question(
            say(
                en="Channel A brought 5 CNY for each CNY spent so far, and brings 1 for the next"
                " one; channel B brought 3, and brings 2. Where does the next CNY go?",
                zh="渠道 A 过去每花 1 元带来 5 元，再花 1 元只带来 1 元；渠道 B 过去带来 3 元，"
                "再花 1 元带来 2 元。下一元投给谁？",
            ),
            ["A", "B", say(en="half to each", zh="各一半")],
            answer=1,
            why=say(
                en="The marginal return decides, not the average one.",
                zh="看的是边际回报，不是平均回报。",
            ),
        ),
        Question(
            say(
                en="A supplier was on time in 9 of 10 orders, another in 850 of 1,000. What can be"
                " said?",
                zh="一家供应商 10 单中准时 9 单，另一家 1,000 单中准时 850 单。可以说什么？",
            ),
            [
                say(en="the first is better", zh="第一家更好"),
                say(en="the second is better", zh="第二家更好"),
                say(en="the first may be better or worse", zh="第一家可能更好，也可能更差"),
            ],
            answer=2,
            why=say(
                en="Ten orders leave an interval from about 60 to 98 %, which holds 85 %.",
                zh="十单的区间大约是 60% 到 98%，85% 就在其中。",
            ),
        ),
    ]


def inventory() -> list[Question]:
    """Before 5.2: lead times of 5.1, intervals of 1.2, campaigns of 2.4."""
    return [
        Question(
            say(
                en="Four orders arrived after 6, 8, 8 and 10 days; a fifth is 15 days old and still"
                " open. What is true of the mean lead time?",
                zh="四张采购订单分别用了 6、8、8、10 天到货，第五张已下单 15 天仍未到。"
                "平均交期应当怎样判断？",
            ),
            [
                say(en="it is 8 days", zh="8 天"),
                say(en="it is above 8 days", zh="高于 8 天"),
                say(en="it cannot be told", zh="无法判断"),
            ],
            answer=1,
            why=say(
                en="The open order takes longer than 15 days; leaving it out makes suppliers look"
                " fast.",
                zh="未到的那张超过 15 天；把它漏掉，会显得供应商很快。",
            ),
        ),
        Question(
            say(
                en="A forecast says 100 units, 95 % interval 70 to 140. How often should the next"
                " value be above 140?",
                zh="预测值为 100 件，95% 区间为 70 到 140。下一个值高于 140 的机会约为多少？",
            ),
            [
                say(en="about 1 in 40", zh="约四十分之一"),
                say(en="about 1 in 20", zh="约二十分之一"),
                say(en="never", zh="不会"),
            ],
            answer=0,
            why=say(
                en="The 5 % outside the interval lie on both sides, half of them above.",
                zh="区间外的 5% 分在两边，上方只占一半。",
            ),
        ),
        Question(
            say(
                en="A product sold 50 a day in the week of a festival and 20 in normal weeks. Which"
                " rate belongs in the stock plan for the month after?",
                zh="某商品节日那周日均卖 50 件，平常 20 件。节后一个月的备货计划用哪个数？",
            ),
            [
                say(en="50", zh="50"),
                say(en="35, the mean of both", zh="35，两者的平均"),
                say(en="20 or a little less", zh="20，或略低"),
            ],
            answer=2,
            why=say(
                en="Part of the festival's sales were pulled forward from the weeks after it.",
                zh="节日里的一部分销售，是从节后几周提前过来的。",
            ),
        ),
    ]


def network() -> list[Question]:
    """Before 5.3: lead times of 5.1, fill rates of 5.2, festivals of 2.4."""
    return [
        Question(
            say(
                en="A supplier quotes 7 days. Its closed orders took 9 days on average, and three"
                " orders that are older than 12 days are still open. What do you plan with?",
                zh="供应商承诺 7 天交货。已到货的订单平均用了 9 天，"
                "还有三张下单超过 12 天仍未到货。做计划用哪个交期？",
            ),
            [
                say(en="7 days", zh="7 天"),
                say(en="9 days", zh="9 天"),
                say(en="more than 9 days", zh="比 9 天更长"),
            ],
            answer=2,
            why=say(
                en="Open orders say that their lead time is longer than their age.",
                zh="未到货的订单说明，它们的交期比已等待的天数更长。",
            ),
        ),
        Question(
            say(
                en="In a month 200 units were asked for, 190 came off the shelf. Stock ran out in"
                " 2 of 4 order cycles. What is the fill rate?",
                zh="一个月内需求 200 件，现货满足 190 件；4 个订货周期中有 2 个缺货。"
                "订单满足率是多少？",
            ),
            ["95 %", "50 %", "90 %"],
            answer=0,
            why=say(
                en="The fill rate counts units, 190 / 200; the cycle service level counts cycles.",
                zh="订单满足率按件数算：190 ÷ 200；按周期数算的是周期服务水平。",
            ),
        ),
        Question(
            say(
                en="The week of 11.11 sold 300 units, a normal week sells 100, the week after sold"
                " 60. How much did the festival add over the two weeks?",
                zh="双十一当周卖出 300 件，平常一周 100 件，之后一周只卖 60 件。"
                "两周合计，大促多卖了多少？",
            ),
            [
                say(en="200 units", zh="200 件"),
                say(en="160 units", zh="160 件"),
                say(en="300 units", zh="300 件"),
            ],
            answer=1,
            why=say(
                en="200 more in the week, 40 fewer after it: part was pulled forward.",
                zh="当周多 200 件，之后少 40 件：一部分只是提前购买。",
            ),
        ),
    ]


def costs() -> list[Question]:
    """Before 5.4: centres and routes of 5.3, contracts of 5.1, promotions of 2.3."""
    return [
        Question(
            say(
                en="Two distribution centres are to serve 24 cities."
                " Which rule finds the best two?",
                zh="两个配送中心要服务 24 个城市。哪种办法能找到最优的两个？",
            ),
            [
                say(en="the two largest cities", zh="选最大的两个城市"),
                say(
                    en="the pair with the fewest kilogram-kilometres", zh="选总千克·千米最小的一对"
                ),
                say(en="the two nearest to the middle", zh="选离中间最近的两个"),
            ],
            answer=1,
            why=say(
                en="Kilograms and kilometres count, for all pairs at once.",
                zh="要看千克乘以千米，并把所有组合放在一起比较。",
            ),
        ),
        Question(
            say(
                en="A plan drives 120 km; no plan can drive less than 114. What do you know?",
                zh="一个方案跑 120 千米；任何方案都不可能低于 114 千米。由此可知什么？",
            ),
            [
                say(en="114 km can be done", zh="114 千米一定能做到"),
                say(en="at most 5 % can still be saved", zh="最多还能省 5%"),
                say(en="the plan is the best", zh="这个方案就是最优的"),
            ],
            answer=1,
            why=say(
                en="The best lies between bound and plan: 6 of 120 km at most.",
                zh="最优值在下界与方案之间：最多再省 120 千米中的 6 千米。",
            ),
        ),
        Question(
            say(
                en="A contract halves the defects and raises the price by 1 %. Defects cost you 3 %"
                " of the purchase. Do you sign?",
                zh="一份合同使次品减半，价格涨 1%。次品原来给你带来采购额 3% 的损失。签吗？",
            ),
            [
                say(en="yes", zh="签"),
                say(en="no", zh="不签"),
                say(en="it is all the same", zh="一样"),
            ],
            answer=0,
            why=say(en="You save 1.5 % and pay 1 % more.", zh="多付 1%，少损失 1.5%。"),
        ),
    ]
