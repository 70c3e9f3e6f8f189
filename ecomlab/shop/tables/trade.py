"""Declared: what is sold, to whom it goes, at which price and under which offer."""

from ecomlab.shop.catalogue import BRANDS, CATEGORIES, CITIES, STYLES, WAREHOUSES
from ecomlab.shop.tables.schema import (
    Column,
    Table,
    count,
    date,
    flag,
    ident,
    label,
    money,
    number,
    share,
    text,
    time,
)
from ecomlab.shop.visits import DEVICES, SCENES, SOURCES
from ecomlab.shop.world import CHANNELS

CATEGORY_NAMES = tuple(c[0] for c in CATEGORIES)


def category() -> Column:
    """The category of goods."""
    return label("category", "category of goods", "商品类目", CATEGORY_NAMES)


def _city(en: str = "city", zh: str = "城市") -> Column:
    return ident("city_id", en, zh, "cities.city_id")


def _product(en: str = "product", zh: str = "商品") -> Column:
    return ident("product_id", en, zh, "products.product_id")


def _customer(en: str = "customer", zh: str = "顾客") -> Column:
    return ident("customer_id", en, zh, "customers.customer_id")


PRODUCTS = Table("products", "one row per product", "每行一种商品", ("product_id",), (
    ident("product_id", "product", "商品编号"),
    text("name", "name", "名称"),
    text("name_zh", "Chinese name", "中文名称"),
    category(),
    label("brand", "brand", "品牌", BRANDS),
    label("style", "style that it is made for", "风格", STYLES),
    money("usual_price", "usual list price", "常规标价"),
    number("weight", "weight of a unit", "单件重量", "kg", low=0.01),
    share("listing", "completeness of the listing on the first day", "首日商品详情完整度"),
    ident("supplier_id", "supplier", "供应商", "suppliers.supplier_id"),
    date("launched_on", "first day on sale", "上架日期"),
), fixed=True)  # fmt: skip

CUSTOMERS = Table(
    "customers", "one row per person, prospects who never buy included",
    "每行一人，包括从未购买的潜在顾客", ("customer_id",), (
    ident("customer_id", "person", "顾客编号"),
    date("registered_on", "day of registration; missing for prospects", "注册日期（潜在顾客为空）",
         optional=True),
    _city("home city", "所在城市"),
    label("sex", "sex", "性别", ("female", "male")),
    count("age", "age on the first day", "首日年龄", "year", low=16, high=90),
), fixed=True)  # fmt: skip

CITIES_TABLE = Table("cities", "one row per city", "每行一个城市", ("city_id",), (
    ident("city_id", "city", "城市编号"),
    label("name", "name", "城市名", tuple(c[0] for c in CITIES)),
    label("name_zh", "Chinese name", "中文名", tuple(c[1] for c in CITIES)),
    number("x", "kilometres east of Beijing", "距北京向东", "km"),
    number("y", "kilometres north of Beijing", "距北京向北", "km"),
    share("people", "share of the shop's public", "占顾客总数的比例"),
    ident("warehouse_id", "warehouse that serves it", "服务仓库", "warehouses.warehouse_id"),
    number("distance", "road distance to that warehouse", "到服务仓库的公路距离", "km", low=0),
    count("promise", "delivery promised on the page", "页面承诺送达天数", "day", low=1),
), fixed=True)  # fmt: skip

WAREHOUSES_TABLE = Table("warehouses", "one row per warehouse", "每行一个仓库", ("warehouse_id",), (
    ident("warehouse_id", "warehouse", "仓库编号"),
    label("name", "name", "名称", tuple(w[0] for w in WAREHOUSES)),
    label("name_zh", "Chinese name", "中文名", tuple(w[1] for w in WAREHOUSES)),
    number("x", "kilometres east of Beijing", "距北京向东", "km"),
    number("y", "kilometres north of Beijing", "距北京向北", "km"),
    money("fixed_cost", "cost of keeping it open for a day", "每日固定成本"),
    count("capacity", "parcels a day", "日处理包裹数", "parcel", low=1),
), fixed=True)  # fmt: skip

VISITS = Table("visits", "one row per visit", "每行一次访问", ("visit_id",), (
    ident("visit_id", "visit: day x 10,000,000 + customer",
          "访问编号：日序 × 10,000,000 + 顾客编号"),
    _customer(),
    _city("home city of the visitor", "访客所在城市"),
    time("started_at", "start", "开始时间"),
    label("device", "device", "设备", DEVICES),
    label("source", "what led here", "流量来源", SOURCES),
    label("scene", "scene in which the shop was met", "场景", SCENES),
    label("category", "first category looked into", "首个浏览类目", CATEGORY_NAMES),
    count("latency", "time to the largest paint", "最大内容绘制时间", "ms"),
    count("delay", "delay added at random by the page test", "页面实验随机增加的延迟", "ms"),
    flag("used_filter", "used the filter", "使用了筛选功能"),
    flag("ordered", "ended in an order", "是否下单"),
))  # fmt: skip

ORDERS = Table(
    "orders", "one row per order; items - discount + shipping = total",
    "每行一笔订单；商品金额 − 优惠 + 运费 = 实付金额", ("order_id",), (
    ident("order_id", "order: the id of its visit", "订单编号，同访问编号", "visits.visit_id"),
    _customer(),
    _city("city delivered to", "收货城市"),
    time("ordered_at", "moment of payment", "支付时间"),
    label("device", "device", "设备", DEVICES),
    label("source", "what led to the visit", "流量来源", SOURCES),
    ident("campaign_id", "campaign that gave the discount", "所用活动", "campaigns.campaign_id",
          optional=True),
    money("items", "goods at list prices", "商品金额"),
    money("discount", "all discounts", "优惠合计"),
    money("shipping", "shipping fee", "运费"),
    money("total", "paid", "实付金额"),
))  # fmt: skip

ORDER_LINES = Table(
    "order_lines", "one row per product of an order; units x price - coupon - saved = amount",
    "每行一笔订单中的一种商品；件数 × 单价 − 券 − 满减 = 金额", ("order_id", "line_no"), (
    ident("order_id", "order", "订单编号", "orders.order_id"),
    count("line_no", "place in the order", "行号", low=1),
    _product(),
    count("units", "units", "件数", low=1),
    money("price", "price of a unit", "单价"),
    money("coupon", "discount by coupon on the line", "该行用券优惠"),
    money("saved", "the line's part of the spend-and-save", "该行分摊的满减"),
    money("amount", "paid for the line", "该行实付金额"),
    money("unit_cost", "cost of a unit that week", "当周单位成本"),
))  # fmt: skip

PRICES = Table("prices", "one row per product and day", "每行一种商品的一天",
    ("date", "product_id"), (
    date("date", "day", "日期"),
    _product(),
    money("price", "price asked", "售价"),
    money("list_price", "price by the shop's rule, before tests and decisions", "规则标价"),
    money("unit_cost", "cost of a unit", "单位成本"),
    share("listing", "completeness of the listing", "商品详情完整度"),
))  # fmt: skip

CAMPAIGNS = Table("campaigns", "one row per campaign", "每行一次活动", ("campaign_id",), (
    ident("campaign_id", "campaign", "活动编号"),
    text("name", "name", "名称"),
    date("starts_on", "first day", "开始日期"),
    date("ends_on", "last day", "结束日期"),
    share("rate", "discount rate of the coupon", "券折扣率"),
    money("threshold", "spend-and-save: from", "满减门槛"),
    money("off", "spend-and-save: off", "满减金额"),
    share("holdout", "share of customers without the coupon, at random", "随机不发券比例"),
    text("categories", "eligible categories, comma separated; all if empty", "适用类目，空为全部"),
), fixed=True)  # fmt: skip

MEDIA = Table(
    "media", "one row per day, channel and city", "每行一天、一个渠道、一个城市",
    ("date", "channel", "city_id"), (
    date("date", "day", "日期"),
    label("channel", "channel", "渠道", CHANNELS),
    _city(),
    money("spend", "spend", "花费"),
    count("impressions", "impressions", "展现量"),
    count("clicks", "clicks; none for TV and outdoor", "点击量"),
))  # fmt: skip

COMPETITOR_PRICES = Table(
    "competitor_prices", "one row per product, week and rival shop",
    "每行一种商品、一周、一家竞争店铺",
    ("date", "product_id", "rival"), (
    date("date", "first day of the week", "周起始日"),
    _product("our comparable product", "本店可比商品"),
    label("rival", "rival shop", "竞争店铺", ("Harbour", "Silk Gate", "Bright Mall")),
    money("price", "price asked", "售价"),
))  # fmt: skip

TRADE = (PRODUCTS, CUSTOMERS, CITIES_TABLE, WAREHOUSES_TABLE, VISITS, ORDERS, ORDER_LINES, PRICES,
         CAMPAIGNS, MEDIA, COMPETITOR_PRICES)  # fmt: skip
