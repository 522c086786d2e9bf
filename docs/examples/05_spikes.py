"""
Spikes in a recording
=====================

A neuron's spike has the same short shape each time, so a recording is a convolution of few filters with sparse codes.
CRsAE learns the filters; the codes say when which neuron fired. From a shell: ``lsalsa spikes recording.npz``.
"""

# %%
# A recording
# -----------
# Two neurons, two shapes, known times, noise. A recording of your own is an array ``(n_samples, n_channels)``.

import matplotlib.pyplot as plt
import numpy as np

from lsalsa.data.recordings import RecordingSet
from lsalsa.models.recordings import SpikeTraining, fit_recording

rate, n_samples = 10_000, 100_000
random = np.random.default_rng(0)
time = np.arange(30) - 10
shapes = [
    -12 * np.exp(-0.5 * (time / 2) ** 2) + 5 * np.exp(-0.5 * ((time - 7) / 4) ** 2),
    -9 * np.exp(-0.5 * (time / 4) ** 2) * np.cos(time / 3),
]
truth = [np.sort(random.integers(100, n_samples - 100, 150)) for _ in shapes]
samples = random.normal(size=n_samples)
for shape, spikes in zip(shapes, truth, strict=True):
    for spike in spikes:
        samples[spike - 10 : spike + 20] += shape

# %%
# Templates and spikes
# --------------------
# Templates start from clusters of deep troughs; CRsAE improves them. Nobody tells it the true times.

recording = RecordingSet(
    recordings=[samples[:, None].astype(np.float32)],
    sampling_rate_hz=rate,
    names=["two neurons"],
    test_from=np.array([n_samples]),
    source={"name": "made here", "licence": "", "citation": "", "extent": "whole"},
    event_samples=None,
    event_labels=None,
    event_names=[],
    event_templates=None,
    template_event=0,
)
model = fit_recording(recording, SpikeTraining(n_templates=2, epochs=5))
found = model.find_spikes(recording.recordings[0], rate)
print(f"relative duality gap of the whole recording: {found.relative_gap:.1e}")

# %%
# Against the truth
# -----------------
# A found spike is right if a true one is within 1 ms.

for number, estimate in enumerate(found.estimates):
    apart = [np.abs(estimate.samples[:, None] - spikes) <= rate / 1000 for spikes in truth]
    neuron = int(np.argmax([near.any(axis=0).mean() for near in apart]))
    missed, wrong = 1 - apart[neuron].any(axis=0).mean(), 1 - apart[neuron].any(axis=1).mean()
    print(f"template {number} is neuron {neuron}: {missed:.0%} of its spikes missed, {wrong:.0%} of those found wrong")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(np.arange(600) / rate * 1000, samples[:600], linewidth=0.8)
left.set(xlabel="milliseconds", title="The recording")
for template in model.bank[:, 0, :].T:
    right.plot(np.arange(len(template)) / rate * 1000, template)
right.set(xlabel="milliseconds", title="Learned templates, of norm 1")
plt.show()
