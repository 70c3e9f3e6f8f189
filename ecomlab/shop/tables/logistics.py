"""Declared: suppliers, stock, deliveries and what comes back."""

from ecomlab.shop.delivery import RETURN_REASONS
from ecomlab.shop.tables.schema import (
    Table,
    count,
    date,
    flag,
    ident,
    label,
    money,
    number,
    share,
    time,
)
from ecomlab.shop.tables.trade import _city, _product

STEPS = ("pick", "pack", "sort", "load", "line_haul", "last_mile")


def _supplier():
    return ident("supplier_id", "supplier", "供应商", "suppliers.supplier_id")


SUPPLIERS = Table("suppliers", "one row per supplier", "每行一家供应商", ("supplier_id",), (
    ident("supplier_id", "supplier", "供应商编号"),
    count("quoted", "lead time quoted", "承诺交期", "day", low=1),
), fixed=True)  # fmt: skip

CONTRACTS = Table(
    "contracts", "one row per supplier and price break", "每行一家供应商的一档价格",
    ("supplier_id", "from_units"), (
    _supplier(),
    count("from_units", "from so many units an order", "起订数量", "unit", low=1),
    share("discount", "off the unit cost", "单价折扣"),
    count("lead_time", "lead time agreed", "约定交期", "day", low=1),
    share("late_penalty", "of the order's value per day late", "每迟一日违约金比例"),
    share("defect_limit", "defects allowed", "允许次品率"),
    count("payment_days", "days to pay", "账期", "day"),
), fixed=True)  # fmt: skip

PURCHASE_ORDERS = Table("purchase_orders", "one row per order from a supplier", "每行一张采购单",
    ("po_id",), (
    ident("po_id", "purchase order: day x 1,000 + product", "采购单编号：日序 × 1,000 + 商品编号"),
    _product(),
    _supplier(),
    date("ordered_on", "day ordered", "下单日期"),
    date("promised_on", "day promised", "承诺到货日"),
    date("received_on", "day received; missing while open", "到货日期（未到为空）", optional=True),
    count("units", "units ordered", "订购件数", low=1),
    number("received", "units received; missing while open", "到货件数（未到为空）", "unit",
           low=0, optional=True),
    number("defects", "of these defective; missing while open", "其中次品（未到为空）", "unit",
           low=0, optional=True),
    money("unit_cost", "cost of a unit", "单位成本"),
))  # fmt: skip

STOCK = Table(
    "stock",
    "one row per product and day; opening + received + restocked - missing - sold = closing",
    "每行一种商品的一天；期初 + 到货 + 退货入库 − 盘亏 − 售出 = 期末", ("date", "product_id"), (
    date("date", "day", "日期"),
    _product(),
    count("opening", "units in the morning", "期初件数"),
    count("received", "good units received", "合格到货件数"),
    count("restocked", "returned units fit for sale", "退货入库件数"),
    count("missing", "units found missing in a count", "盘亏件数"),
    count("sold", "units sold", "售出件数"),
    count("closing", "units at night", "期末件数"),
    count("on_order", "units ordered and not yet received", "在途件数"),
))  # fmt: skip

COUNTS = Table("counts", "one row per product counted on a day", "每行一次盘点",
    ("date", "product_id"), (
    date("date", "day", "日期"),
    _product(),
    count("book", "units by the books", "账面件数"),
    count("found", "units found", "实盘件数"),
))  # fmt: skip

DELIVERIES = Table("deliveries", "one row per order sent", "每行一个包裹", ("order_id",), (
    ident("order_id", "order", "订单编号", "orders.order_id"),
    ident("warehouse_id", "warehouse", "发货仓库", "warehouses.warehouse_id"),
    _city("city delivered to", "收货城市"),
    date("promised_on", "day promised", "承诺送达日"),
    time("shipped_at", "left the warehouse", "出库时间"),
    time("delivered_at", "handed over; missing if still on its way", "签收时间（在途为空）",
         optional=True),
    number("weight", "weight", "重量", "kg", low=0),
    number("distance", "distance", "里程", "km", low=0),
    money("picking", "cost of picking and packing", "拣货包装成本"),
    money("line_haul", "cost of line-haul", "干线运输成本"),
    money("last_mile", "cost of the last mile", "末端配送成本"),
))  # fmt: skip

RETURNS = Table("returns", "one row per order line sent back", "每行一笔退货",
    ("order_id", "line_no"), (
    ident("order_id", "order", "订单编号", "orders.order_id"),
    count("line_no", "line of the order", "行号", low=1),
    _product(),
    date("returned_on", "day received back", "退回日期"),
    count("units", "units", "件数", low=1),
    label("reason", "reason given", "退货原因", RETURN_REASONS),
    flag("restocked", "fit for sale again", "可再次销售"),
    money("refund", "refunded", "退款金额"),
    money("cost", "cost of taking it back", "逆向物流成本"),
))  # fmt: skip

PROCESS_LOG = Table(
    "process_log", "one row per step of a sampled order's way through the warehouse",
    "每行一笔抽样订单的一个作业步骤", ("order_id", "step"), (
    ident("order_id", "order", "订单编号", "orders.order_id"),
    label("step", "step", "作业步骤", STEPS),
    time("started_at", "start", "开始时间"),
    time("ended_at", "end", "结束时间"),
    money("cost", "cost of the step", "步骤成本"),
))  # fmt: skip

LANES = Table("lanes", "one row per warehouse and city", "每行一条仓库到城市的线路",
    ("warehouse_id", "city_id"), (
    ident("warehouse_id", "warehouse", "仓库", "warehouses.warehouse_id"),
    _city(),
    number("distance", "road distance", "公路距离", "km", low=0),
    number("hours", "driving time", "行驶时间", "hour", low=0),
    money("cost_per_kg", "line-haul cost", "干线每千克成本"),
), fixed=True)  # fmt: skip

VEHICLES = Table("vehicles", "one row per vehicle", "每行一辆车", ("vehicle_id",), (
    ident("vehicle_id", "vehicle", "车辆编号"),
    ident("warehouse_id", "home warehouse", "所属仓库", "warehouses.warehouse_id"),
    label("kind", "kind", "车型", ("van", "electric_van", "truck")),
    number("capacity", "load", "载重", "kg", low=1),
    money("cost_per_km", "running cost", "每公里成本"),
    money("day_cost", "cost of a day", "每日固定成本"),
), fixed=True)  # fmt: skip

LOGISTICS = (SUPPLIERS, CONTRACTS, PURCHASE_ORDERS, STOCK, COUNTS, DELIVERIES, RETURNS, PROCESS_LOG,
             LANES, VEHICLES)  # fmt: skip
