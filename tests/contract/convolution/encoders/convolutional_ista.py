"""Convolutional learned ISTA with tied filters: an encoder without a filter matrix."""

from convolutions import FilterBank, convolved, correlated, filter_gradient

from lsalsa.encoders.base import Encoder


class ConvolutionalISTA(Encoder):
    """x(t) = soft(x(t-1) + step H^T (y - H x(t-1)); b_c), x(0) = 0, t = 1..T (after Sreter and Giryes 2018).

    Settings
    --------
    depth : int
        T, the number of layers.
    n_positions, length, n_filters : int
        Entries of a code for each filter, entries of a filter, filters.
    """

    defaults = {"depth": 3, "n_positions": 8, "length": 3, "n_filters": 2}

    @classmethod
    def sizes(cls, settings, arrays):
        length, _, n_filters = arrays["filters"].shape
        return settings["n_positions"] + length - 1, n_filters * settings["n_positions"]

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        bank = (settings["length"], 1, settings["n_filters"])
        return {"filters": bank, "thresholds": (settings["n_filters"],), "step": ()}

    @classmethod
    def from_problem(cls, problem, **settings):
        length, _, n_filters = problem.filters.shape
        sizes = {"n_positions": problem.n_positions, "length": length, "n_filters": n_filters}
        step = problem.xp.asarray(1 / problem.lipschitz, dtype=problem.dtype)
        thresholds = problem.thresholds(1 / problem.lipschitz)[:: problem.n_positions].copy()
        return cls({"filters": problem.filters.copy(), "thresholds": thresholds, "step": step}, **{**sizes, **settings})

    def decoder(self, problem):
        return FilterBank(self.settings["n_positions"])

    def constrain(self):
        self.arrays["filters"] /= self.xp.sqrt((self.arrays["filters"] ** 2).sum(axis=(0, 1)))

    def forward(self, signals, tape, out):
        xp, filters, step = self.xp, self.arrays["filters"], self.arrays["step"]
        thresholds = xp.repeat(self.arrays["thresholds"], self.settings["n_positions"])
        residuals, pulls, layers = tape.layers("residual", self.n_features), tape.layers("pull"), tape.layers("x")
        for layer in range(self.depth):
            residuals[layer][...] = signals
            if layer:
                residuals[layer][...] -= convolved(filters, layers[layer - 1])
            correlated(filters, residuals[layer], pulls[layer])
            moved = step * pulls[layer] + (layers[layer - 1] if layer else 0)
            self.kernels.soft_threshold(moved, thresholds, layers[layer] if layer < self.depth - 1 else out)
        return out

    def backward(self, signals, tape, codes_gradient, names):
        xp, filters, step = self.xp, self.arrays["filters"], self.arrays["step"]
        residuals, pulls, layers = tape.layers("residual", self.n_features), tape.layers("pull"), tape.layers("x")
        gradient = {name: xp.zeros_like(array) for name, array in self.arrays.items()}
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            x = layers[layer] if layer < self.depth - 1 else tape("codes")
            gx = gx * (x != 0)
            by_filter = (gx * xp.sign(x)).reshape(len(gx), -1, self.settings["n_positions"])
            gradient["thresholds"] -= by_filter.sum(axis=(0, 2))
            gradient["step"] += (gx * pulls[layer]).sum()
            gradient["filters"] += step * filter_gradient(filters, gx, residuals[layer])
            if layer:
                back = -step * convolved(filters, gx)
                gradient["filters"] += filter_gradient(filters, layers[layer - 1], back)
                gx = gx + correlated(filters, back, xp.empty_like(gx))
        return gradient
