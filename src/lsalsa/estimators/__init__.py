"""The library in the conventions of scikit-learn: fit, transform, inverse_transform, score, Pipeline and GridSearchCV.

Every estimator takes rows as signals and gives rows as codes, in the dtype that came in (float32 or float64). A larger
score is better. They need scikit-learn, which `pip install 'lsalsa[sklearn]'` brings.
"""

from lsalsa.extras import from_extra

with from_extra("scikit-learn", "lsalsa.estimators", extra="sklearn"):
    import sklearn  # noqa: F401  said once, before the modules below need it

from lsalsa.estimators.dictionary_learner import DictionaryLearner
from lsalsa.estimators.learned_encoder import LearnedEncoder
from lsalsa.estimators.source_separator import SourceSeparator
from lsalsa.estimators.sparse_coder import SparseCoder

__all__ = ["DictionaryLearner", "LearnedEncoder", "SourceSeparator", "SparseCoder"]
