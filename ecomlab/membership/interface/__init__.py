"""4.1 Improving the interface and its functions (网站界面优化及功能完善)."""

from ecomlab.membership.interface.effects import feature_effect, speed_effect
from ecomlab.membership.interface.funnels import funnel

__all__ = ["feature_effect", "funnel", "speed_effect"]
