"""lsalsa: learned sparse coding, and the study of how well it works.

The names below are the stable surface; each is imported when it is first used, so `import lsalsa` costs nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "SparseCodingProblem": "problem",
    "ConvolutionalProblem": "problem.convolutional",
    "solve": "solvers",
    "prepare": "solvers",
    "Solver": "solvers",
    "optimal_codes": "exact",
    "code_recording": "exact.recordings",
    "learn_dictionary": "dictionary",
    "LISTA": "encoders.lista",
    "LSALSA": "encoders.lsalsa",
    "UntiedLSALSA": "encoders.untied_lsalsa",
    "LFISTA": "encoders.lfista",
    "AdaptiveISTA": "encoders.adaptive_ista",
    "SLSTM": "encoders.slstm",
    "CRsAE": "encoders.crsae",
    "ExactCRsAE": "encoders.exact_crsae",
    "UntiedCRsAE": "encoders.untied_crsae",
    "LCSC": "encoders.lcsc",
    "TiedDecoderLoss": "losses",
    "ReconstructionLoss": "losses.reconstruction",
    "GammaPriorLoss": "losses.gamma_prior",
    "load_encoder": "encoders",
    "load_model": "models",
    "train": "training",
    "TrainingSettings": "training",
    "Group": "training",
    "encode_file": "streaming",
    "set_threads": "arrays",
    "choose_penalty": "exact.sparsity",
    "choose_mu": "choosing",
    "choose_learning_rate": "choosing",
    "LsalsaError": "errors",
    "DivergenceWarning": "errors",
}
__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'lsalsa' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"lsalsa.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
