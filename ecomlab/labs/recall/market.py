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
