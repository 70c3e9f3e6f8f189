"""Declared: what people do on the pages, write, answer, and are assigned to."""

from ecomlab.shop.experiments import NAMES
from ecomlab.shop.faults import DRIVERS, INCIDENTS
from ecomlab.shop.state import TIERS
from ecomlab.shop.tables.schema import (
    Table,
    count,
    date,
    flag,
    ident,
    label,
    money,
    number,
    text,
    time,
)
from ecomlab.shop.tables.trade import CATEGORY_NAMES, _city, _customer, _product
from ecomlab.shop.visits import DEVICES
from ecomlab.shop.world import CHANNELS

EVENTS_KINDS = ("land", "list", "filter", "view", "compare", "favourite", "cart", "checkout", "pay",
                "paid")  # fmt: skip
TOUCHES = (*CHANNELS, "organic_search", "direct", "live")
TOPICS = ("product", "promotion", "delivery", "return", "quality")
PLATFORMS = ("Lantern Market", "Harbour", "Silk Gate", "Bright Mall", "Corner Shop")
SURVEYS = ("price_sensitivity", "conjoint", "usability", "service_expected", "service_perceived")
UNITS = ("product", "city", "customer", "visit", "agent", "shop")
POST_PLACES = ("weibo", "wechat", "douyin", "xiaohongshu")


def _visit():
    return ident("visit_id", "visit", "访问编号", "visits.visit_id")


EVENTS = Table(
    "events", "one row per click; for one customer in ten (customer_id divisible by 10)",
    "每行一次点击；只含十分之一顾客（编号被 10 整除）", ("visit_id", "event_no"), (
    _visit(),
    count("event_no", "place in the visit", "访问内序号", low=1),
    _customer(),
    time("at", "moment", "时间"),
    label("kind", "what was done", "行为", EVENTS_KINDS),
    label("category", "category of the page", "页面类目", CATEGORY_NAMES),
    ident("product_id", "product, where there is one", "商品（如有）", "products.product_id",
          optional=True),
))  # fmt: skip

VITALS = Table("vitals", "one row per measured page; one visit in forty",
    "每行一次页面性能测量；四十分之一的访问", ("visit_id",), (
    _visit(),
    label("device", "device", "设备", DEVICES),
    number("ttfb", "time to first byte", "首字节时间", "ms", low=0),
    number("fcp", "first contentful paint", "首次内容绘制", "ms", low=0),
    number("lcp", "largest contentful paint", "最大内容绘制", "ms", low=0),
    number("inp", "interaction to next paint", "交互到下次绘制", "ms", low=0),
    number("tbt", "total blocking time", "总阻塞时间", "ms", low=0),
    number("si", "speed index", "速度指数", "ms", low=0),
    number("cls", "cumulative layout shift", "累计布局偏移", low=0),
))  # fmt: skip

TOUCHPOINTS = Table(
    "touchpoints", "one row per contact before or at a visit; for one customer in ten",
    "每行一次触点；只含十分之一顾客", ("visit_id", "touch_no"), (
    _customer(),
    time("at", "moment", "时间"),
    count("touch_no", "place among the contacts of one visit", "同次访问内序号", low=1),
    label("channel", "channel", "渠道", TOUCHES),
    label("kind", "seen or clicked", "曝光或点击", ("impression", "click")),
    flag("online", "an online contact", "是否线上触点"),
    _visit(),
))  # fmt: skip

QUERIES = Table("queries", "one row per keyword and week", "每行一个关键词的一周",
    ("date", "keyword"), (
    date("date", "first day of the week", "周起始日"),
    text("keyword", "keyword", "关键词"),
    text("keyword_zh", "Chinese keyword", "中文关键词"),
    label("category", "category that it is about", "相关类目", CATEGORY_NAMES),
    flag("branded", "names the shop", "品牌词"),
    count("volume", "searches", "搜索量"),
    number("rank", "mean organic rank", "自然搜索平均排名", low=1),
    count("organic_clicks", "organic clicks", "自然点击量"),
    count("impressions", "ad impressions", "广告展现量"),
    count("clicks", "ad clicks", "广告点击量"),
    count("orders", "orders after an ad click", "广告点击后订单数"),
    number("quality", "quality score of the ad", "质量分", low=1, high=10),
    money("bid", "bid for a click", "出价"),
    money("cost", "cost of ad clicks", "广告花费"),
))  # fmt: skip

POSTS = Table("posts", "one row per post of the shop", "每行一条内容", ("post_id",), (
    ident("post_id", "post", "内容编号"),
    time("posted_at", "moment", "发布时间"),
    label("platform", "platform", "平台", POST_PLACES),
    label("form", "form", "形式", ("text", "picture", "short_video", "live")),
    label("topic", "topic", "主题", ("offer", "howto", "story", "event")),
    label("category", "category that it is about", "相关类目", CATEGORY_NAMES),
    count("reach", "people reached", "触达人数"),
    count("likes", "likes", "点赞"),
    count("comments", "comments", "评论"),
    count("shares", "shares", "转发"),
    count("clicks", "clicks to the shop", "进店点击"),
    money("cost", "cost of making it", "制作成本"),
))  # fmt: skip

REVIEWS = Table("reviews", "one row per review of a bought product", "每行一条商品评价",
    ("order_id", "line_no"), (
    ident("order_id", "order", "订单编号", "orders.order_id"),
    count("line_no", "line of the order", "行号", low=1),
    _product(),
    _customer(),
    date("written_on", "day", "日期"),
    count("stars", "stars", "星级", low=1, high=5),
))  # fmt: skip

MEMBERSHIPS = Table("memberships", "one row per change of tier", "每行一次会员等级变动",
    ("customer_id", "from_date"), (
    _customer(),
    date("from_date", "first day in the tier", "生效日期"),
    label("tier", "tier", "等级", TIERS),
    label("tier_before", "tier before", "原等级", TIERS),
    money("spend", "paid for goods in the twelve review periods before",
          "此前十二个考核期的消费额"),
))  # fmt: skip

BRAND_SURVEY = Table(
    "brand_survey", "one row per respondent of the public and shop", "每行一位公众受访者对一家店铺",
    ("wave", "respondent_id", "brand"), (
    count("wave", "quarterly wave", "季度批次", low=1),
    date("asked_on", "day", "日期"),
    ident("respondent_id", "respondent of the wave", "受访者编号"),
    _city("city of the respondent"),
    count("age", "age", "年龄", "year", low=16, high=90),
    label("brand", "shop asked about", "店铺", PLATFORMS),
    flag("exposed", "drawn at random to be shown the brand's film", "随机看过品牌片"),
    flag("aware", "knows it", "知道"),
    flag("considers", "would consider it", "会考虑"),
    flag("bought", "bought there in the last year", "一年内购买过"),
    flag("loyal", "buys there most often", "最常购买"),
    count("recommend", "would recommend, 0-10; -1 if unaware", "推荐意愿 0-10；不知道者为 -1",
          low=-1, high=10),
    *(count(name, f"{en}, 1-7; 0 if unaware", f"{zh} 1-7；不知道者为 0", low=0, high=7)
      for name, en, zh in (("price", "cheap", "价格"), ("quality", "quality", "品质"),
                           ("choice", "choice", "选择多"), ("delivery", "fast delivery", "配送快"),
                           ("trust", "trust", "信任"), ("design", "pleasant design", "界面美观"))),
))  # fmt: skip

SURVEYS_TABLE = Table("surveys", "one row per answer", "每行一个回答",
    ("survey", "respondent_id", "question"), (
    label("survey", "survey", "问卷", SURVEYS),
    date("asked_on", "day", "日期"),
    ident("respondent_id", "respondent", "受访者", "customers.customer_id"),
    text("question", "question or profile", "题目或商品组合"),
    number("answer", "answer: CNY, or points", "回答：元或分值", low=0),
))  # fmt: skip

ASSIGNMENTS = Table(
    "assignments", "one row per unit, arm and period of an experiment or a known shock",
    "每行一个实验（或已知冲击）中的一个单位、分组与时段",
    ("experiment", "unit", "unit_id", "starts_on", "detail"), (
    label("experiment", "experiment or shock", "实验或冲击", (*NAMES, *INCIDENTS, *DRIVERS)),
    label("unit", "what is assigned", "分组单位", UNITS),
    ident("unit_id", "its id; 0 for the shop, the arm for visits", "单位编号"),
    text("detail", "channel or campaign concerned", "相关渠道或活动"),
    count("arm", "arm; 0 is the control", "分组，0 为对照"),
    number("level", "what the arm means: a factor, a share, ms, or on (1)", "分组取值"),
    date("starts_on", "first day", "开始日期"),
    date("ends_on", "last day", "结束日期"),
))  # fmt: skip

AGENTS = Table("agents", "one row per chat agent", "每行一名客服", ("agent_id",), (
    ident("agent_id", "agent", "客服编号"),
    date("trained_on", "first day after training; missing if never trained",
         "培训后首日（未培训为空）", optional=True),
    money("hourly_wage", "wage of an hour", "时薪"),
), fixed=True)  # fmt: skip

SHIFTS = Table("shifts", "one row per agent and day on duty", "每行一名客服的一个班次",
    ("date", "agent_id"), (
    date("date", "day", "日期"),
    ident("agent_id", "agent", "客服", "agents.agent_id"),
    count("from_hour", "first hour", "开始小时", "hour", high=23),
    count("to_hour", "end, in hours from midnight", "结束小时", "hour", low=1, high=24),
))  # fmt: skip

TICKETS = Table("tickets", "one row per chat", "每行一次客服会话", ("ticket_id",), (
    ident("ticket_id", "chat: twice the id of its visit, one more if after the order",
          "会话编号：访问编号的两倍，售后加一"),
    _customer(),
    _visit(),
    ident("agent_id", "agent", "客服", "agents.agent_id"),
    flag("after_sale", "after the order", "售后"),
    label("topic", "topic", "主题", TOPICS),
    time("opened_at", "opened", "发起时间"),
    time("replied_at", "first reply", "首次响应时间"),
    time("closed_at", "closed", "结束时间"),
    number("handle", "time the agent worked on it", "处理时长", "second", low=0),
    count("score", "satisfaction", "满意度", low=1, high=5),
    flag("ordered", "the visit ended in an order", "询单成交"),
))  # fmt: skip

PEOPLE = (EVENTS, VITALS, TOUCHPOINTS, QUERIES, POSTS, REVIEWS, MEMBERSHIPS, BRAND_SURVEY,
          SURVEYS_TABLE, ASSIGNMENTS, AGENTS, SHIFTS, TICKETS)  # fmt: skip
