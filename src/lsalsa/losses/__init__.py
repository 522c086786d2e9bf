"""What an encoder is trained for, one file each, found by their folder."""

from typing import Any

from lsalsa.discovery import class_in, modules_in, settings_for
from lsalsa.losses.base import Encodes, Loss
from lsalsa.losses.codes import CODES
from lsalsa.losses.sc2net import TiedDecoderLoss
from lsalsa.problem import Problem

__all__ = ["CODES", "Loss", "TiedDecoderLoss", "available", "loss_class", "loss_for"]


def available() -> list[str]:
    """Names of all losses."""
    return list(modules_in(__name__))


def loss_class(name: str) -> type[Loss]:
    """The loss of this name; ConfigError with the nearest name when there is none."""
    return class_in(__name__, "loss", name, Loss)


def loss_for(name: str, problem: Problem, encoder: Encodes, **options: Any) -> Loss:
    """The loss of a name, for an encoder that is to solve a problem.

    Parameters
    ----------
    name : str
        One of `available()`: "codes", the distance to optimal codes; "sources", that of codes and of the sources they
        stand for; "sc2net", signals explained by few entries; "reconstruction", signals explained; "gamma_prior",
        penalties of codes under a prior; "labelled", that of SC2Net and the labels told by a linear classifier.
    problem : Problem
        Whose penalties weigh the codes.
    encoder : Encoder
        Whose decoder explains the signals.
    **options
        The loss's own, e.g. `project` of "sc2net".

    Returns
    -------
    Loss

    Raises
    ------
    ConfigError
        Unknown name or option, with the nearest one; an encoder without the decoder that the loss needs.
    """
    found = loss_class(name)
    return found.from_problem(problem, encoder, **settings_for("option", f"loss {name}", options, found.defaults))
