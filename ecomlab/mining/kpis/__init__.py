"""6.2 Setting key indicators and building monitoring (关键指标设立以及监控体系构建)."""

from ecomlab.mining.kpis.alerts import seasonal_alerts
from ecomlab.mining.kpis.charts import cusum, ewma_chart
from ecomlab.mining.kpis.indicators import kpis, rolling_revenue

__all__ = ["cusum", "ewma_chart", "kpis", "rolling_revenue", "seasonal_alerts"]
