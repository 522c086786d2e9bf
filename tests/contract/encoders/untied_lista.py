"""Learned ISTA with layers of their own: an encoder that shows how untied parameters are written."""

from lsalsa.decoders import LastFilterDecoder
from lsalsa.encoders._dense import DenseEncoder
from lsalsa.problem import check_problem


class UntiedLISTA(DenseEncoder):
    """LISTA (Gregor and LeCun 2010) with one W, S and threshold for each layer.

    x(1) = soft(W_1 y), x(t) = soft(W_t y + S_t x(t-1)) for t = 2..T, output x(T). It starts as ISTA after T steps.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    """

    defaults = {"depth": 3}

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        depth = settings["depth"]
        mixing = {"splitting": (depth - 1, n_atoms, n_atoms), "thresholds": (depth, n_atoms)}
        return {"filter": (depth, n_features, n_atoms), **mixing}

    @classmethod
    def from_problem(cls, problem, **settings):
        check_problem(cls.__name__, problem, cls.solves)
        depth, step = cls.complete(settings)["depth"], 1.0 / problem.lipschitz
        filter, splitting = problem.gradient_step(step)
        one = {"filter": filter, "splitting": splitting, "thresholds": problem.thresholds(step)}
        arrays = {name: problem.xp.stack([array] * depth) for name, array in one.items()}
        return cls({**arrays, "splitting": arrays["splitting"][1:]}, **settings)

    @property
    def learned(self):
        return self.parameters

    def decoder(self, problem):
        return LastFilterDecoder(self.decoder_scale(problem))

    def forward(self, signals, tape, out):
        filtered, moved, layers = tape("filtered"), tape("moved"), tape.layers("x")
        for layer in range(self.depth):
            self.xp.matmul(signals, self.arrays["filter"][layer], out=filtered)
            if layer:
                self.xp.matmul(layers[layer - 1], self.arrays["splitting"][layer - 1], out=moved)
            else:
                moved.fill(0)
            x = layers[layer] if layer < self.depth - 1 else out
            self.kernels.soft_threshold_sum(moved, filtered, self.arrays["thresholds"][layer], x)
        return out

    def backward(self, signals, tape, codes_gradient, names):
        xp, layers, back = self.xp, tape.layers("x"), tape("back")
        gradient = {name: xp.zeros_like(array) for name, array in self.arrays.items()}
        gx = codes_gradient
        for layer in reversed(range(self.depth)):
            x = layers[layer] if layer < self.depth - 1 else tape("codes")
            gx *= x != 0
            gradient["filter"][layer] = signals.T @ gx
            gradient["thresholds"][layer] = -xp.sum(gx * xp.sign(x), axis=0)
            if layer:
                gradient["splitting"][layer - 1] = layers[layer - 1].T @ gx
                gx = xp.matmul(gx, self.arrays["splitting"][layer - 1].T, out=back).copy()
        return gradient
