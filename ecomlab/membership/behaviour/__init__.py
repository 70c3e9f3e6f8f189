"""4.4 Data analysis for a better user experience (数据分析在提升用户体验中应用)."""

from ecomlab.membership.behaviour.frictions import friction, preferences, recommend_changes
from ecomlab.membership.behaviour.sessions import paths, sessionize

__all__ = ["friction", "paths", "preferences", "recommend_changes", "sessionize"]
