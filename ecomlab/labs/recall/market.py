"""Recall questions of chapter 1."""

from __future__ import annotations

from ecomlab.labs.quiz import Question
from ecomlab.style import say


def taxonomy() -> list[Question]:
    """Before 1.1, the first section: what everyone has met as a buyer."""
    return [
        Question(
            say(
                en="At a market stall you pick some vegetables and pay by scanning a code."
                " What was done over the network?",
                zh="你在菜摊上挑好菜，扫码付了钱。哪一步是通过网络完成的？",
            ),
            [
                say(en="the order", zh="下单"),
                say(en="the payment", zh="付款"),
                say(en="order, payment and delivery", zh="下单、付款和交付"),
            ],
            answer=1,
            why=say(
                en="You chose at the stall and carried the bag home; only the money went online.",
                zh="菜是当场挑的，也是自己拎回家的，只有钱走了网络。",
            ),
        ),
        Question(
            say(
                en="A shop had nine orders of CNY 10 and one of CNY 910."
                " What is the large order's share of value?",
                zh="一家店有 9 笔 10 元的订单和 1 笔 910 元的订单。这笔大单占金额的多少？",
            ),
            ["10 %", "50 %", "91 %"],
            answer=2,
            why=say(
                en="910 of 1,000 CNY: a tenth of the orders, but nine tenths of the value.",
                zh="1,000 元中的 910 元：笔数只占一成，金额却占九成。",
            ),
        ),
        Question(
            say(
                en="In “B2C” one letter stands for the seller and one for the buyer. Who buys?",
                zh="“B2C”中一个字母代表卖方，一个字母代表买方。谁是买方？",
            ),
            [
                say(en="a business", zh="企业"),
                say(en="a consumer", zh="消费者"),
                say(en="a government office", zh="政府机构"),
            ],
            answer=1,
            why=say(
                en="Business to consumer: the seller's letter comes first.",
                zh="企业对消费者：卖方的字母在前。",
            ),
        ),
    ]


def growth() -> list[Question]:
    """Before 1.2: what section 1.1 taught, on new cases."""
    return [
        Question(
            say(
                en="A reader orders a printed book online; a courier brings it."
                " Which kind of e-commerce is that?",
                zh="读者在网上订购一本纸质书，由快递送到家。这属于哪一类电子商务？",
            ),
            [
                say(en="complete", zh="完全电子商务"),
                say(en="partial", zh="非完全电子商务"),
                say(en="none", zh="不是电子商务"),
            ],
            answer=1,
            why=say(
                en="The order is digital; the book and its delivery are not.",
                zh="下单是数字的，产品和交付不是。",
            ),
        ),
        Question(
            say(
                en="A shop in Hangzhou sells tea to a customer in Lyon. What is the reach?",
                zh="杭州的店铺把茶叶卖给里昂的顾客。这笔交易的范围是哪一种？",
            ),
            [
                say(en="local", zh="本地"),
                say(en="remote, domestic", zh="远程国内"),
                say(en="global", zh="全球"),
            ],
            answer=2,
            why=say(en="Buyer and seller are in two countries.", zh="买卖双方在两个国家。"),
        ),
        Question(
            say(
                en="A factory sells cartons of cups to small shops. Who are the parties?",
                zh="工厂把整箱杯子卖给小店。交易双方属于哪一类？",
            ),
            ["B2C", "C2C", "B2B"],
            answer=2,
            why=say(en="Both sides are businesses.", zh="买卖双方都是企业。"),
        ),
    ]


def consumers() -> list[Question]:
    """Before 1.3: what sections 1.1 and 1.2 taught, on new numbers."""
    return [
        Question(
            say(
                en="A student in Xi'an buys an online course, pays by phone and watches it at once."
                " Which kind of e-commerce is that?",
                zh="西安的学生在网上买了一门网课，用手机付款，马上就能观看。这属于哪一类电子商务？",
            ),
            [
                say(en="complete", zh="完全电子商务"),
                say(en="partial", zh="非完全电子商务"),
                say(en="none", zh="不是电子商务"),
            ],
            answer=0,
            why=say(
                en="Product, process and delivery are all digital.",
                zh="产品、交易过程和交付都是数字的。",
            ),
        ),
        Question(
            say(
                en="A market grew from 50 to 72 in two years. What was the compound annual growth"
                " rate?",
                zh="某市场两年间从 50 增长到 72，年均复合增长率是多少？",
            ),
            ["22 %", "20 %", "44 %"],
            answer=1,
            why=say(
                en="50 × 1.2 × 1.2 = 72; half of 44 % forgets that growth compounds.",
                zh="50 × 1.2 × 1.2 = 72；把 44% 除以 2，就忘了复合增长。",
            ),
        ),
        Question(
            say(
                en="Sales rose from 400 to 480; toys rose from 50 to 90. What is the toys'"
                " contribution share?",
                zh="销售额从 400 升到 480，其中玩具从 50 升到 90。玩具的贡献率是多少？",
            ),
            ["80 %", "10 %", "50 %"],
            answer=2,
            why=say(
                en="40 of the 80 come from toys: half of the change, and 10 points of growth.",
                zh="80 的增量里有 40 来自玩具：贡献率为一半，拉动增长 10 个百分点。",
            ),
        ),
    ]


def compliance() -> list[Question]:
    """Before 1.4: what sections 1.1 to 1.3 taught, on new numbers."""
    return [
        Question(
            say(
                en="A shop in Chengdu sells phone cases to Milan and e-books to Beijing."
                " Which of its orders meet customs?",
                zh="成都一家店把手机壳卖到米兰，把电子书卖到北京。哪些订单要过海关？",
            ),
            [
                say(en="all that are paid online", zh="所有在线付款的订单"),
                say(en="the phone cases", zh="手机壳的订单"),
                say(en="the e-books", zh="电子书的订单"),
            ],
            answer=1,
            why=say(
                en="The phone cases cross a border; the e-books stay within one country.",
                zh="手机壳要跨越国境；电子书没有出境，不用过海关。",
            ),
        ),
        Question(
            say(
                en="A bureau prints a level of 212 for last year, a growth of 6 %, and a year ago"
                " it printed 205. What is the base that may be compared?",
                zh="统计部门公布去年的水平为 212，增长 6%；一年前公布的前年水平是 205。"
                "可比口径的基数是多少？",
            ),
            ["205", "200", "199.3"],
            answer=1,
            why=say(
                en="212 / 1.06 = 200: the printed growth rate uses the new way of counting, 205"
                " does not.",
                zh="212 ÷ 1.06 = 200：公布的增长率按新口径计算，205 是旧口径。",
            ),
        ),
        Question(
            say(
                en="App visitors convert at 5 %, web visitors at 2 %, this year as last year;"
                " the app's share of visits went from 40 % to 60 %. Why did conversion rise?",
                zh="App 访客转化率 5%，网页访客 2%，今年与去年一样；App 访问占比从 40% 升到 60%。"
                "总转化率为什么上升？",
            ),
            [
                say(en="the mix effect", zh="结构效应"),
                say(en="the rate effect", zh="比率效应"),
                say(en="both, half each", zh="两者各占一半"),
            ],
            answer=0,
            why=say(
                en="Neither rate moved; only the mix of visits did: from 3.2 % to 3.8 %.",
                zh="两个转化率都没变，变的只是访问的构成：从 3.2% 升到 3.8%。",
            ),
        ),
    ]
