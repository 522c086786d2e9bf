"""The picture of the README's section "Your own images": python docs/own_images.py FOLDER makes FOLDER/own_images.png.

It does what a user does, with photographs that come with scikit-image (to train on) and scikit-learn (to try), and
pages of random words: makes the input, runs the four commands, and puts input and results side by side.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.image import imread
from PIL import Image, ImageDraw, ImageFont
from skimage import data
from sklearn.datasets import load_sample_image

from lsalsa.cli import main
from lsalsa.metrics import psnr

PHOTOGRAPHS = ("astronaut", "camera", "chelsea", "coffee", "rocket", "brick", "grass", "gravel", "moon", "coins")
WORDS = ("river", "stone", "window", "letter", "garden", "winter", "paper", "music", "bridge", "yellow", "morning")
NOISE, N_PAGES, SIDES = 20, 12, (240, 360)


def page(seed: int) -> Image.Image:
    """A page of random words, white on black."""
    random = np.random.default_rng(seed)
    image = Image.new("L", SIDES[::-1], 0)
    for top in range(10, SIDES[0] - 30, 38):
        line = " ".join(random.choice(WORDS, 4))
        ImageDraw.Draw(image).text((int(random.integers(5, 40)), top), line, fill=255, font=ImageFont.load_default(26))
    return image


def grey(name: str) -> np.ndarray:
    """The middle of a photograph of scikit-learn, in [0, 1]."""
    image = np.asarray(Image.fromarray(load_sample_image(name)).convert("L").resize((480, 320)))
    return image[40 : 40 + SIDES[0], 60 : 60 + SIDES[1]] / 255


def write(path: Path, values: np.ndarray) -> None:
    """Write grey values as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.uint8(np.rint(255 * np.clip(values, 0, 1)))).save(path)


def make_input(folder: Path) -> dict[str, np.ndarray]:
    """Write photographs, pages, a noisy picture and a mixture; the true pictures are returned."""
    for name in PHOTOGRAPHS:
        image = np.asarray(Image.fromarray(getattr(data, name)()).convert("L").reduce(2))
        write(folder / "photos" / f"{name}.png", image / 255)
    for seed in range(N_PAGES):
        (folder / "pages").mkdir(exist_ok=True)
        page(seed).save(folder / "pages" / f"{seed}.png")
    true = {"flower": grey("flower.jpg"), "china": grey("china.jpg"), "page": np.asarray(page(99)) / 255}
    noise = np.random.default_rng(0).standard_normal(SIDES) * NOISE / 255
    write(folder / "noisy.png", true["flower"] + noise)
    write(folder / "mixed.png", (true["china"] + true["page"]) / 2)
    return true


def run(command: str) -> None:
    """Run a command of lsalsa."""
    print(f"$ lsalsa {command}", flush=True)
    main.main(command.split(), standalone_mode=False)


def draw(folder: Path, true: dict[str, np.ndarray]) -> None:
    """Put input and results side by side, with their likeness to the true pictures."""
    shown = [
        ("noisy.png", "noisy", "flower"),
        ("clean/noisy.png", "denoised", "flower"),
        (None, "", ""),
        ("mixed.png", "mixed: the mean of two pictures", None),
        ("parts/mixed_photos.png", "separated: photograph", "china"),
        ("parts/mixed_pages.png", "separated: page", "page"),
    ]
    figure, axes = plt.subplots(2, 3, figsize=(10.5, 5.2), layout="constrained")
    for axis, (file, title, original) in zip(axes.flat, shown, strict=True):
        axis.axis("off")
        if file is None:
            axis.imshow(true["flower"], cmap="gray", vmin=0, vmax=1)
            axis.set_title("for comparison: without noise", fontsize=10)
            continue
        found = imread(folder / file)
        likeness = "" if original is None else f", {psnr(found, true[original]):.1f} dB"
        axis.imshow(found, cmap="gray", vmin=0, vmax=1)
        axis.set_title(title + likeness, fontsize=10)
    figure.savefig(folder / "own_images.png", dpi=80)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    originals = make_input(place)
    run(f"train {place}/photos -o {place}/photos.npz")
    run(f"denoise {place}/photos.npz {place}/noisy.png --out {place}/clean")
    run(f"train {place}/photos {place}/pages -o {place}/two.npz")
    run(f"separate {place}/two.npz {place}/mixed.png --gain 2 --out {place}/parts")
    draw(place, originals)
