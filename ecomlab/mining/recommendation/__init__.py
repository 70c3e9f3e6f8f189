"""6.3 Data mining for personalised recommendation (数据挖掘技术在个性化推荐中应用)."""

from ecomlab.mining.recommendation.affinity import pair_affinity

__all__ = ["pair_affinity"]
