"""6.3 Data mining for personalised recommendation (数据挖掘技术在个性化推荐中应用)."""

from ecomlab.mining.recommendation.affinity import pair_affinity
from ecomlab.mining.recommendation.experiments import ABTest, ab_test, cuped, sample_ratio

__all__ = ["ABTest", "ab_test", "cuped", "pair_affinity", "sample_ratio"]
