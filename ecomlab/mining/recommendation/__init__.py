"""6.3 Data mining for personalised recommendation (数据挖掘技术在个性化推荐中应用)."""

from ecomlab.mining.recommendation.affinity import pair_affinity
from ecomlab.mining.recommendation.experiments import ABTest, ab_test, cuped, sample_ratio
from ecomlab.mining.recommendation.factors import MatrixFactorization
from ecomlab.mining.recommendation.hybrid import Hybrid
from ecomlab.mining.recommendation.neighbours import ContentBased, ItemKNN, Popularity
from ecomlab.mining.recommendation.ranking import (
    Comparison,
    Evaluation,
    compare,
    dcg,
    evaluate,
    ndcg,
)
from ecomlab.mining.recommendation.recommender import Recommender

__all__ = [
    "ABTest",
    "Comparison",
    "ContentBased",
    "Evaluation",
    "Hybrid",
    "ItemKNN",
    "MatrixFactorization",
    "Popularity",
    "Recommender",
    "ab_test",
    "compare",
    "cuped",
    "dcg",
    "evaluate",
    "ndcg",
    "pair_affinity",
    "sample_ratio",
]
