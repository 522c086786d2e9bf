"""One layer with a gain for each layer of none: an encoder that shows parameters of other shapes than a matrix."""

from lsalsa.encoders._dense import DenseEncoder
from lsalsa.problem import check_problem


class GainedFilter(DenseEncoder):
    """soft(g_1 .. g_T W y): the first step of LISTA (Gregor and LeCun 2010), stretched by T gains, (T, 1, 1).

    Parameters
    ----------
    depth : int
        T, the number of gains.
    """

    defaults = {"depth": 3}

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        return {"filter": (n_features, n_atoms), "thresholds": (n_atoms,), "gains": (settings["depth"], 1, 1)}

    @classmethod
    def from_problem(cls, problem, **settings):
        check_problem(cls.__name__, problem, cls.solves)
        step = 1.0 / problem.lipschitz
        gains = problem.asarray([[[1.0]]] * cls.complete(settings)["depth"])
        filter = problem.gradient_step(step).filter
        return cls({"filter": filter, "thresholds": problem.thresholds(step), "gains": gains}, **settings)

    @property
    def learned(self):
        return self.parameters

    def forward(self, signals, tape, out):
        stretched = self.xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        for gain in self.arrays["gains"]:
            stretched *= gain
        self.kernels.soft_threshold(stretched, self.arrays["thresholds"], out)
        return out

    def backward(self, signals, tape, codes_gradient, names):
        xp, codes, stretched = self.xp, tape("codes"), tape("filtered")
        codes_gradient *= codes != 0
        total = xp.prod(self.arrays["gains"])
        of_gains = xp.sum(codes_gradient * stretched) / self.arrays["gains"]
        return {
            "filter": signals.T @ (codes_gradient * total),
            "thresholds": -xp.sum(codes_gradient * xp.sign(codes), axis=0),
            "gains": of_gains,
        }
