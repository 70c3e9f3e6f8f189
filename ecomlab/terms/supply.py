"""Terms of chapter 5."""

from ecomlab.terms.term import Term

TERMS = {
    "cycle_service_level": Term("cycle service level", "周期服务水平"),
    "fill_rate": Term("fill rate", "订单满足率"),
    "reorder_point": Term("reorder point", "再订货点"),
    "safety_stock": Term("safety stock", "安全库存"),
    "eoq": Term("economic order quantity", "经济订货批量"),
    "newsvendor": Term("newsvendor", "报童模型"),
    "cycle_counting": Term("cycle counting", "循环盘点"),
    "sell_through": Term("sell-through", "售罄率"),
    "days_of_inventory": Term("days of inventory", "库存周转天数"),
    "lead_time": Term("lead time", "交期", ("提前期",)),
    "stock_position": Term("stock position", "库存位置"),
    "active_share": Term("share of goods that move", "动销率"),
    "distribution_centre": Term("distribution centre", "配送中心"),
    "p_median": Term("p-median", "p-中位"),
    "centre_of_gravity": Term("centre of gravity", "重心"),
    "savings_method": Term("savings method", "节约里程法"),
    "time_window": Term("time window", "时间窗"),
    "pick_up_station": Term("pick-up station", "自提点"),
    "reverse_logistics": Term("reverse logistics", "逆向物流"),
    "activity_based_costing": Term("activity-based costing", "作业成本法"),
}
