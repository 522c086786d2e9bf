"""A loss on thresholds: a Laplace prior on codes whose rates have a Gamma prior, as for the bias of CRsAE."""

from lsalsa.arrays import namespace
from lsalsa.losses.base import Loss


class PriorLoss(Loss):
    """mean over samples of sum_c b_c |x_c| - shape sum_c log b_c + rate sum_c b_c, over the thresholds b."""

    supervised = False
    score = "validation_loss"
    defaults = {"shape": 2.0, "rate": 100.0}

    def __init__(self, shape, rate):
        self.shape, self.rate = shape, rate

    @classmethod
    def from_problem(cls, problem, encoder, **options):
        return cls(**options)

    @property
    def identity(self):
        return {**super().identity, "shape": self.shape, "rate": self.rate}

    def of_tile(self, arrays, codes, wanted, count, tape):
        xp, b = namespace(codes), arrays["thresholds"]
        weights, share = xp.repeat(b, codes.shape[1] // b.shape[0]), codes.shape[0] / count
        sizes = xp.abs(codes).reshape(codes.shape[0], b.shape[0], -1).sum(axis=(0, 2)) / count
        value = float((b * sizes).sum() + share * (self.rate * b - self.shape * xp.log(b)).sum())
        gradient = xp.multiply(xp.sign(codes), weights / count, out=tape("codes_gradient"))
        return value, gradient, {"thresholds": sizes + share * (self.rate - self.shape / b)}

    def scores(self, encoder, signals, targets):
        return {"validation_loss": 0.0}

    def is_nothing(self, scores, signals, targets):
        return False
