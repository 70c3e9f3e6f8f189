"""Declared: what the other stalls of the market trade, as plain facts to classify."""

from ecomlab.shop.stalls import CITIES, COUNTRIES, FORMS, HANDED, KINDS, ORDERED, PAID, PARTIES
from ecomlab.shop.tables.schema import Table, flag, ident, label, money, time

STALLS = Table(
    "stalls", "one row per trade at the market's other stalls, four weeks from 2025-03-03",
    "每行一笔灯市其他摊位的交易，自 2025-03-03 起四周", ("trade_id",), (
    ident("trade_id", "trade", "交易编号"),
    time("ordered_at", "moment of the order", "下单时间"),
    ident("stall_id", "stall that sells", "摊位编号"),
    label("item", "what is sold", "品名", tuple(k.name for k in KINDS)),
    label("item_zh", "Chinese name of what is sold", "中文品名", tuple(k.zh for k in KINDS)),
    label("form", "goods; a service in person; a file or code; a service live over the network",
          "形态：实物；当面服务；文件或激活码；网络直播服务", FORMS),
    flag("digital_version", "is not digital, but could be sold in a digital version",
         "本身不是数字产品，但可以改卖数字版"),
    label("ordered_by", "how it was ordered", "下单方式", ORDERED),
    label("paid_by", "how it was paid", "付款方式", PAID),
    label("handed_over", "how the buyer got it", "交付方式", HANDED),
    label("seller", "kind of seller", "卖方类型", PARTIES),
    label("seller_city", "city of the seller", "卖方城市", CITIES),
    label("seller_country", "country of the seller", "卖方国家", COUNTRIES),
    label("buyer", "kind of buyer", "买方类型", PARTIES),
    label("buyer_city", "home city of the buyer", "买方所在城市", CITIES),
    label("buyer_country", "country of the buyer", "买方所在国家", COUNTRIES),
    label("ship_from", "country that the goods leave; missing if nothing is sent",
          "发货国家（无需寄送者为空）", COUNTRIES, optional=True),
    label("ship_to", "country that the goods are sent to; missing if nothing is sent",
          "收货国家（无需寄送者为空）", COUNTRIES, optional=True),
    money("amount", "paid by the buyer", "买方实付金额"),
), fixed=True)  # fmt: skip
