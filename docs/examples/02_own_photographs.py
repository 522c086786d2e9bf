"""
Your own photographs
====================

From pictures to a model in one call, in one file: a dictionary of their patches, certified codes, an encoder trained to
find such codes. The same from a shell, for a folder of pictures: ``lsalsa train photos -o photos.npz``.
"""

# %%
# Pictures
# --------
# Arrays of any sizes in which black is 0 and white is 1. These three come with scikit-image.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from skimage import data
from skimage.transform import rescale

import lsalsa
from lsalsa.models.fitting import PictureTraining, fit_pictures

pictures = {name: rescale(getattr(data, name)() / 255.0, 0.5) for name in ("camera", "coins", "moon")}

# %%
# A model
# -------
# Every setting that is not given follows a rule that looks at the pictures. ``origin`` says what was chosen, and how
# near the encoder came to the optimal codes on patches that no part of the training saw.

settings = PictureTraining(patch_size=8, n_atoms=96, depth=5, n_train=3000, epochs=6, dictionary_epochs=4)
model = fit_pictures({"photographs": pictures}, settings)
print(model.origin["validation"])

# %%
# One file
# --------
# It carries all that its use needs.

path = Path(tempfile.mkdtemp()) / "photos.npz"
model.save(path)
model = lsalsa.load_model(path)
for name, value in model.info()["preprocessing"].items():
    print(name, value)

# %%
# A picture in, a picture out
# ---------------------------
# Patches overlap and are averaged. ``codes="exact"`` takes certified optimal codes instead of the encoder's.

picture = rescale(data.page() / 255.0, 0.5)
codes = model.encode(picture, codes="exact")
again = model.reconstruct(picture, codes="exact")
print(f"{codes.shape[0]} patches, {np.mean(codes != 0):.0%} of the entries of their codes in use")

figure, axes = plt.subplots(2, 1, figsize=(6, 6))
for place, shown, title in zip(axes, (picture, again), ("a page", "made of atoms of photographs"), strict=True):
    place.imshow(shown, cmap="gray", vmin=0, vmax=1)
    place.set_title(title)
    place.axis("off")
plt.show()
