"""Recall questions of chapter 1."""

from __future__ import annotations

from ecomlab.labs.quiz import Question
from ecomlab.style import say


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
                zh="下单是数字化的，商品和配送不是。",
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
                en="A physical product crosses a border; a file within one country does not.",
                zh="有形商品跨越国境；国内传输的文件不用过海关。",
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
                en="212 / 1.06 = 200: the printed growth rate is on the new counting, 205 is not.",
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
