"""
Removing noise
==============

Noise needs many atoms, pictures few. So a code under a penalty that the noise calls for keeps the picture and drops the
noise. From a shell: ``lsalsa denoise photos.npz noisy.png --out clean``.
"""

# %%
# A model of photographs, and a picture that it has not seen
# ----------------------------------------------------------

import matplotlib.pyplot as plt
import numpy as np
from skimage import data
from skimage.restoration import denoise_wavelet
from skimage.transform import rescale

from lsalsa.metrics import psnr
from lsalsa.models.fitting import PictureTraining, fit_pictures
from lsalsa.models.noise import estimate_noise

pictures = {name: rescale(getattr(data, name)() / 255.0, 0.5) for name in ("coins", "moon", "brick", "grass")}
settings = PictureTraining(patch_size=8, n_atoms=128, depth=5, n_train=3000, epochs=6, dictionary_epochs=4)
model = fit_pictures({"photographs": pictures}, settings)

clean = rescale(data.camera() / 255.0, 0.5)
noisy = clean + np.random.default_rng(0).normal(scale=0.08, size=clean.shape)

# %%
# How much noise?
# ---------------
# It is estimated from the finest details; the penalty follows from it. The codes are the encoder's, or certified ones.

print(f"estimated noise {estimate_noise(noisy):.3f}, true 0.080")
results = {
    "noisy": noisy,
    "encoder": model.denoise(noisy),
    "optimal codes": model.denoise(noisy, codes="exact"),
    "wavelets": denoise_wavelet(noisy, rescale_sigma=True),
}
for name, picture in results.items():
    print(f"{name}: {psnr(picture[None], clean[None]):.1f} dB")

figure, axes = plt.subplots(1, 4, figsize=(11, 3.2))
for place, (name, picture) in zip(axes, results.items(), strict=True):
    place.imshow(picture, cmap="gray", vmin=0, vmax=1)
    place.set_title(name)
    place.axis("off")
plt.show()
