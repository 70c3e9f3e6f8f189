"""Panel regressions agree with the long way round: a dummy for every unit and period."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ecomlab import panel


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Thirty units, eight periods, a tenth of the rows missing; one regressor leans on the unit."""
    rng = np.random.default_rng(3)
    unit, period = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)
    level = rng.normal(size=30)[unit]
    z = rng.normal(size=240)
    hidden = rng.normal(size=240)
    x = level + z + 0.5 * hidden + rng.normal(size=240)
    y = 1.5 * x + 2 * level + 0.3 * period + 0.8 * hidden + rng.normal(size=240)
    count = rng.poisson(np.exp(0.4 * z + level - 0.5))
    frame = pd.DataFrame(
        {"unit": unit, "period": period, "x": x, "z": z, "y": y, "count": count,
         "w": rng.uniform(0.5, 2, 240), "days": rng.integers(1, 8, 240)}
    )  # fmt: skip
    return frame[rng.random(240) > 0.1]


def dummies(rows: pd.DataFrame, *names: str) -> np.ndarray:
    """The named columns, then a dummy for each unit and for each period but one."""
    parts = [rows[list(names)], pd.get_dummies(rows["unit"])]
    parts.append(pd.get_dummies(rows["period"], drop_first=True))
    return pd.concat(parts, axis=1).to_numpy(dtype=float)


def clustered(model, rows: pd.DataFrame) -> float:
    """The first coefficient's error as statsmodels has it, with the factor G/(G-1)."""
    groups = rows["unit"].to_numpy()
    kwds = {"groups": groups, "use_correction": False}
    fit = model.fit(cov_type="cluster", cov_kwds=kwds)
    return float(fit.bse[0] * np.sqrt(30 / 29))


def test_least_squares_equals_dummies(rows):
    fit = panel.least_squares(
        rows["y"], rows["x"], effects=[rows["unit"], rows["period"]], cluster=rows["unit"]
    )
    model = sm.OLS(rows["y"].to_numpy(), dummies(rows, "x"))
    assert fit.coef[0] == pytest.approx(model.fit().params[0], rel=1e-6)
    assert fit.se[0] == pytest.approx(clustered(model, rows), rel=1e-6)
    assert (fit.rows, fit.clusters) == (len(rows), 30)


def test_weights_count(rows):
    fit = panel.least_squares(
        rows["y"],
        rows["x"],
        effects=[rows["unit"], rows["period"]],
        cluster=rows["unit"],
        weights=rows["w"],
    )
    model = sm.WLS(rows["y"].to_numpy(), dummies(rows, "x"), weights=rows["w"].to_numpy())
    assert fit.coef[0] == pytest.approx(model.fit().params[0], rel=1e-6)
    assert fit.se[0] == pytest.approx(clustered(model, rows), rel=1e-6)


def test_instruments_give_two_stage_least_squares(rows):
    fit = panel.least_squares(
        rows["y"],
        rows["x"],
        effects=[rows["unit"], rows["period"]],
        cluster=rows["unit"],
        instruments=rows["z"],
    )
    x, z = dummies(rows, "x"), dummies(rows, "z")
    by_hand = np.linalg.solve(z.T @ x, z.T @ rows["y"].to_numpy())[0]
    assert fit.coef[0] == pytest.approx(by_hand, rel=1e-6)
    plain = panel.least_squares(
        rows["y"], rows["x"], effects=[rows["unit"], rows["period"]], cluster=rows["unit"]
    )
    assert abs(fit.coef[0] - 1.5) < abs(plain.coef[0] - 1.5)


def test_poisson_equals_dummies(rows):
    fit = panel.poisson(
        rows["count"],
        rows["z"],
        effects=[rows["unit"], rows["period"]],
        cluster=rows["unit"],
        exposure=rows["days"],
    )
    used = rows[rows.groupby("unit")["count"].transform("sum") > 0]
    assert fit.left_out == len(rows) - len(used)
    x = dummies(used, "z")
    x = x[:, x.any(axis=0)]
    model = sm.GLM(
        used["count"].to_numpy(float),
        x,
        family=sm.families.Poisson(),
        offset=np.log(used["days"].to_numpy()),
    )
    assert fit.coef[0] == pytest.approx(model.fit(tol=1e-12).params[0], abs=1e-6)
    groups = used["unit"].to_numpy()
    robust = model.fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    clusters = fit.clusters
    factor = np.sqrt(clusters / (clusters - 1))
    assert fit.se[0] == pytest.approx(robust.bse[0] * factor, rel=1e-5)


def test_units_of_measure_do_not_matter(rows):
    def effect(scale: float) -> float:
        x = np.column_stack([rows["x"] * scale, rows["z"]])
        fit = panel.least_squares(rows["y"], x, effects=[rows["unit"]], cluster=rows["unit"])
        return fit.coef[0] * scale

    assert effect(1e6) == pytest.approx(effect(1e-6), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [0, 0, 1, 1]}, "does not vary once the effects"),
        ({"x": [1, 2, np.nan, 4]}, "row 2 holds a missing"),
        ({"x": [[1, 2], [2, 4], [3, 6], [5, 10]]}, "do not vary on their own"),
        ({"y": [1, 2, 3]}, "do not fit together"),
        ({"cluster": [1, 1, 1, 1]}, "one cluster only"),
        ({"cluster": [1, 2]}, "one label for each row"),
        ({"weights": [1, 1, 0, 1]}, "weights is 0 in row 2; it must be above 0"),
        ({"weights": [1, 1, 1]}, r"weights has shape \(3,\); one number for each row"),
    ],
)
def test_what_cannot_be_told_is_refused(change, message):
    given = {"y": [1, 2, 3, 5], "x": [1, 2, 3, 5], "cluster": [1, 1, 2, 2], **change}
    with pytest.raises(ValueError, match=message):
        panel.least_squares(given.pop("y"), given.pop("x"), effects=[[1, 1, 2, 2]], **given)


@pytest.mark.parametrize(
    ("y", "exposure", "message"),
    [
        ([1, -1, 0, 2], None, "negative"),
        ([0, 0, 0, 0], None, "every outcome is 0"),
        ([1, 2, 0, 3], [1, 1, 0, 1], "exposure is 0 in row 2; it must be above 0"),
    ],
)
def test_poisson_refuses_what_is_no_outcome(y, exposure, message):
    with pytest.raises(ValueError, match=message):
        panel.poisson(y, [1, 2, 1, 3], cluster=[1, 1, 2, 2], exposure=exposure)
