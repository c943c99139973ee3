"""Fast stand-ins for the simulation: what each pattern would be at parameters that were not simulated.

Each pattern begins with the slopes that screening measured one base rate at a time under one luck, where
nothing else varied; a Bayesian linear model of all base rates and their squares corrects them, and a Gaussian
process of what that leaves runs over the base rates that matter most. Five-fold cross-validation says how far a new
simulation would lie from the emulator; that holds the emulator's own error, luck, and everything else that
differed between simulations.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from hecsim.errors import ScenarioError

__all__ = ["Emulator", "Emulators"]

_ACTIVE = 6  # inputs of a Gaussian process
_FOLDS = 5


def _sklearn() -> Any:
    try:
        from sklearn import gaussian_process, linear_model
    except ImportError:
        raise ScenarioError("calibration needs scikit-learn; install it with: pip install 'hecsim[calibration]'") from None
    return linear_model, gaussian_process


def _features(z: np.ndarray) -> np.ndarray:
    return np.hstack([z, z * z - 1.0])


class Emulator:
    """One pattern as a function of quantiles.

    z : (simulations, parameters); y : (simulations,); known : slopes to begin with, (parameters,)

    Attributes
    ----------
    sd : how far a new simulation lies from the prediction (cross-validated root mean square)
    explained : share of the variance of the simulations that the emulator predicts out of sample
    """

    def __init__(self, z: np.ndarray, y: np.ndarray, known: np.ndarray):
        self.sd, self._known = 0.0, known
        self._fit(z, y)
        order = np.random.default_rng(len(y)).permutation(len(y))
        error = np.empty(len(y))
        for part in np.array_split(order, min(_FOLDS, len(y))):
            rest = np.setdiff1d(order, part)
            error[part] = y[part] - self.refitted(z[rest], y[rest]).predict(z[part])
        self.sd = float(np.sqrt(np.mean(error**2)))
        total = float(np.var(y))
        self.explained = max(0.0, 1.0 - self.sd**2 / total) if total > 0 else 0.0

    def refitted(self, z: np.ndarray, y: np.ndarray) -> Emulator:
        """The same emulator of other simulations: what it knew before and its kernel stay, and so do `sd` and `explained`."""
        new = object.__new__(Emulator)
        new.__dict__.update(self.__dict__)
        new._fit(z, y, None if self._gp is None else self._gp.kernel_)
        return new

    def _fit(self, z: np.ndarray, y: np.ndarray, known: Any = None) -> None:
        """Fit both parts; a kernel that is known already is taken as it is."""
        linear, process = _sklearn()
        model = linear.BayesianRidge().fit(_features(z), y - z @ self._known)
        self._weights, self._constant = np.asarray(model.coef_), float(model.intercept_)
        value, vector = np.linalg.eigh(np.asarray(model.sigma_))
        self._unsure = vector * np.sqrt(np.maximum(value, 0.0))  # a root of the covariance of the weights
        d = z.shape[1]
        strength = np.abs(self._known + self._weights[:d]) + np.abs(self._weights[d:])
        self._active = np.sort(np.argsort(strength, kind="stable")[::-1][:_ACTIVE])
        self._gp = None
        rest = y - self._linear(z)
        spread = float(rest.std())
        if len(y) < 40 or spread <= 0:
            return
        k = process.kernels
        kernel = k.ConstantKernel(0.3, (1e-3, 1e2)) * k.RBF(2.5, (0.7, 20.0)) + k.WhiteKernel(0.7, (1e-3, 1e1))
        gp = process.GaussianProcessRegressor(known or kernel, optimizer=None if known else "fmin_l_bfgs_b", random_state=0)
        with warnings.catch_warnings():  # a length at its bound says that there is nothing left to find
            warnings.simplefilter("ignore")
            gp.fit(z[:, self._active], rest / spread)
        self._gp, self._spread = gp, spread

    def _linear(self, z: np.ndarray) -> np.ndarray:
        return z @ self._known + _features(z) @ self._weights + self._constant

    def predict(self, z: np.ndarray) -> np.ndarray:
        """Expected value at quantiles (n, parameters), shape (n,)."""
        out = self._linear(z)
        if self._gp is not None:
            out = out + self._spread * self._gp.predict(z[:, self._active])
        return out

    def slope(self, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Change per unit of each quantile at one point, of one linear part drawn from those the simulations allow."""
        d = len(z)
        w = self._weights + self._unsure @ rng.standard_normal(2 * d)
        return self._known + w[:d] + 2.0 * w[d:] * z


class Emulators:
    """One emulator for each target.

    z : (simulations, parameters); y : (simulations, targets), on the scale of the patterns; known : slopes to
    begin with, (targets, parameters)
    """

    def __init__(self, z: np.ndarray, y: np.ndarray, known: np.ndarray):
        self.each = [Emulator(z, y[:, t], known[t]) for t in range(y.shape[1])]
        self.sd = np.array([e.sd for e in self.each])

    def refitted(self, z: np.ndarray, y: np.ndarray) -> Emulators:
        """The same emulators of other simulations; see `Emulator.refitted`."""
        new = object.__new__(Emulators)
        new.each, new.sd = [e.refitted(z, y[:, t]) for t, e in enumerate(self.each)], self.sd
        return new

    def predict(self, z: np.ndarray) -> np.ndarray:
        """Expected values, (n, targets)."""
        return np.column_stack([e.predict(z) for e in self.each])

    def slopes(self, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Slopes at one point, drawn inside their uncertainty, (targets, parameters)."""
        return np.stack([e.slope(z, rng) for e in self.each])
