"""Recall questions of chapter 4."""

from __future__ import annotations

from ecomlab.labs.quiz import Question
from ecomlab.style import say


def interface() -> list[Question]:
    """Before 4.1: what chapter 1 taught, on new cases."""
    return [
        Question(
            say(
                en="Phone visitors convert at 4 %, desktop visitors at 8 %. Both rates stay, more"
                " visitors come by phone, and the shop's conversion falls."
                " Did the pages get worse?",
                zh="手机访客转化率 4%，电脑访客 8%。两个转化率都没变，手机访客多了，总转化率下降。"
                "页面变差了吗？",
            ),
            [
                say(en="no, the mix of visits changed", zh="没有，是访问的构成变了"),
                say(en="yes, on phones", zh="变差了，在手机上"),
                say(en="yes, on both", zh="变差了，两边都是"),
            ],
            answer=0,
            why=say(
                en="Neither rate moved: this is a mix effect, not a rate effect.",
                zh="两个转化率都没变：这是结构效应，不是比率效应。",
            ),
        ),
        Question(
            say(
                en="Buyers who saw a video spent more than those who did not. What may explain it"
                " besides the video?",
                zh="看过视频的买家比没看过的花得多。除了视频的作用，还可能是什么原因？",
            ),
            [
                say(en="nothing, spending is exact", zh="没有别的原因，金额是准确的"),
                say(en="those who watch were keener to begin with", zh="爱看视频的人本来就更想买"),
                say(en="the video was long", zh="视频比较长"),
            ],
            answer=1,
            why=say(
                en="People who choose to watch differ from those who do not; only random groups are"
                " alike.",
                zh="愿意看的人与不看的人本来就不同；只有随机分组，两组才可比。",
            ),
        ),
        Question(
            say(
                en="A page shows an old customer a higher price than a newcomer, for the same goods"
                " at the same time. In China this is",
                zh="同一时间、同一商品，页面给老顾客的价格高于新顾客。在中国这属于",
            ),
            [
                say(en="a matter of design", zh="设计问题，可以自己决定"),
                say(en="fine if it is tested", zh="做过 A/B 测试就可以"),
                say(en="unlawful personal pricing", zh="违法的大数据杀熟"),
            ],
            answer=2,
            why=say(
                en="Section 1.4: unreasonable differences of price by person are forbidden.",
                zh="1.4 节：不得对个人在交易价格上实行不合理的差别待遇。",
            ),
        ),
    ]


def loyalty() -> list[Question]:
    """Before 4.3: what sections 4.1, 4.2 and 2.1 taught, on new cases."""
    return [
        Question(
            say(
                en="Half of the visitors were offered a filter at random; few of them used it."
                " What tells whether offering it pays?",
                zh="随机给一半访客提供筛选功能，其中只有少数人用了。要知道提供它值不值，应比较什么？",
            ),
            [
                say(en="users of the filter against non-users", zh="用过的人与没用过的人"),
                say(
                    en="all who were offered it against all who were not",
                    zh="被提供的全部访客与未被提供的全部访客",
                ),
                say(en="this month against last month", zh="本月与上月"),
            ],
            answer=1,
            why=say(
                en="Only chance decided who was offered it; those who use it are keener anyway.",
                zh="只有“是否被提供”是随机决定的；愿意用的人本来就更想买。",
            ),
        ),
        Question(
            say(
                en="The weakest agents are trained first. Trained agents are now slower than the"
                " others. Did training fail?",
                zh="培训先安排能力较弱的客服。现在受训的客服比别人慢。培训失败了吗？",
            ),
            [
                say(en="yes, the difference shows it", zh="失败了，差距说明了这一点"),
                say(en="not shown: they were slower before", zh="说明不了：他们之前就更慢"),
                say(en="no, slower is better", zh="没有，慢一点更好"),
            ],
            answer=1,
            why=say(
                en="Compare each agent with themselves before, and with those not yet trained.",
                zh="应当与本人受训前相比，并与尚未受训的人对照。",
            ),
        ),
        Question(
            say(
                en="One segment is the largest, another the richest. Which gets the budget?",
                zh="一个细分群体人数最多，另一个最有钱。预算给谁？",
            ),
            [
                say(en="the largest", zh="人数最多的"),
                say(en="the richest", zh="最有钱的"),
                say(
                    en="the one with the highest margin per person reached",
                    zh="每触达一人带来毛利最高的",
                ),
            ],
            answer=2,
            why=say(
                en="The budget is spent per person reached, so margin per person reached decides.",
                zh="预算按触达人数花，所以看每触达一人的毛利。",
            ),
        ),
    ]


def service() -> list[Question]:
    """Before 4.2: what 1.3 and 4.1 taught, on new cases."""
    return [
        Question(
            say(
                en="200 people look at a lamp, 60 put it into the cart, 15 pay."
                " Which share of those in the cart pays?",
                zh="200 人看了一盏台灯，60 人加入购物车，15 人付款。加购的人中付款的比例是多少？",
            ),
            ["7.5 %", "25 %", "30 %"],
            answer=1,
            why=say(
                en="15 of 60: a step is compared with the step before it.",
                zh="60 人中的 15 人：每一步都与上一步相比。",
            ),
        ),
        Question(
            say(
                en="Visitors who use the size filter buy three times as often as those who do not."
                " In the A/B test, those offered it bought 2 % more. What does it do?",
                zh="使用尺码筛选的访客，购买率是不用者的三倍。在 A/B 测试中，"
                "提供该功能的一组只多买 2%。它的作用有多大？",
            ),
            [
                say(en="it triples sales", zh="让销量变成三倍"),
                say(en="about 2 % more", zh="大约多 2%"),
                say(en="nothing can be said", zh="无从得知"),
            ],
            answer=1,
            why=say(
                en="Those who use it had come to buy anyway; only the random offer compares like"
                " with like.",
                zh="用它的人本来就想买；只有随机提供才是同类相比。",
            ),
        ),
        Question(
            say(
                en="Months with the new rider app show 12 points more satisfied customers than"
                " months without. Satisfaction rose everywhere, app or not. What is its effect?",
                zh="用上新骑手 App 的月份，满意率比没有的月份高 12 个百分点；而无论有没有 App，"
                "各地的满意率都在上升。它的效应有多大？",
            ),
            [
                say(en="12 points", zh="12 个百分点"),
                say(
                    en="what cities with it gained beyond the others",
                    zh="有它的城市比其他城市多升的部分",
                ),
                say(en="0 points", zh="0 个百分点"),
            ],
            answer=1,
            why=say(
                en="The on-off comparison credits it with what rose everywhere.",
                zh="有无对比会把各地共同的上升也算给它。",
            ),
        ),
    ]


def behaviour() -> list[Question]:
    """Before 4.4: what sections 4.1 and 1.4 taught, on new cases."""
    return [
        Question(
            say(
                en="Visitors who use the shop's search buy three times as often as the others."
                " How much does search bring?",
                zh="用站内搜索的访客，购买率是其他人的三倍。搜索功能带来了多少？",
            ),
            [
                say(en="three times as many orders", zh="订单变成三倍"),
                say(en="that cannot be said from this", zh="仅凭这个说不出来"),
                say(en="nothing at all", zh="完全没有作用"),
            ],
            answer=1,
            why=say(
                en="People who search came to buy; only random groups can be compared.",
                zh="会搜索的人本来就想买；只有随机决定谁得到功能，才可以比较。",
            ),
        ),
        Question(
            say(
                en="The largest share of visits is lost between the product page and the cart."
                " What does the funnel say?",
                zh="流失占比最大的一步是从商品页到加购。漏斗说明了什么？",
            ),
            [
                say(en="why they leave", zh="他们为什么离开"),
                say(en="what a new button would bring", zh="换个按钮能带来多少"),
                say(en="where they leave", zh="他们在哪里离开"),
            ],
            answer=2,
            why=say(
                en="A funnel tells where; the why and the worth take a test.",
                zh="漏斗只说明在哪里；原因和价值要靠测试。",
            ),
        ),
        Question(
            say(
                en="A shop in Chengdu wants each visitor's address book, to learn their taste."
                " What does the law on personal information ask?",
                zh="成都一家店想读取访客的通讯录来了解喜好。个人信息方面的法律怎么要求？",
            ),
            [
                say(en="collect the least that the purpose needs", zh="限于实现目的的最小范围"),
                say(en="nothing, the visitor came by choice", zh="没有要求，访客是自愿来的"),
                say(en="only that it is kept for a year", zh="只要求保存一年"),
            ],
            answer=0,
            why=say(
                en="China's law (article 6) allows the smallest scope that serves the purpose.",
                zh="《个人信息保护法》第六条：收集应限于实现处理目的的最小范围。",
            ),
        ),
    ]
