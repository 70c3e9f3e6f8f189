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
                en="Who chooses to watch is not like who does not; only a lot makes groups alike.",
                zh="愿意看的人与不看的人本来就不同；只有抽签分组，两组才可比。",
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
