"""4.2 Raising service quality (客户服务质量提升举措)."""

from ecomlab.membership.service.quality import dsr, servqual
from ecomlab.membership.service.queues import (
    Staffing,
    agents_needed,
    erlang_c,
    queue_waits,
    service_level,
)
from ecomlab.membership.service.standards import Standard, service_report
from ecomlab.membership.service.training import training_effect

__all__ = [
    "Staffing",
    "Standard",
    "agents_needed",
    "dsr",
    "erlang_c",
    "queue_waits",
    "service_level",
    "service_report",
    "servqual",
    "training_effect",
]
