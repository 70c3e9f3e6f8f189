"""4.1 Improving the interface and its functions (网站界面优化及功能完善)."""

from ecomlab.membership.interface.contrast import contrast_ratio
from ecomlab.membership.interface.effects import feature_effect, speed_effect
from ecomlab.membership.interface.funnels import funnel
from ecomlab.membership.interface.usability import cart_abandonment, find_time, sus
from ecomlab.membership.interface.vitals import performance_score, web_vitals

__all__ = [
    "cart_abandonment",
    "contrast_ratio",
    "feature_effect",
    "find_time",
    "funnel",
    "performance_score",
    "speed_effect",
    "sus",
    "web_vitals",
]
