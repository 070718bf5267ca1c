"""Writes test/fixtures/augmentation: what torchvision's transforms make of small images, in float64.

Angles are those of `affine`, clockwise; `rotate` turns the other way. A crop samples the image beside its window where
`resized_crop` repeats the window's border, and one resampling is not several: where crops take part the image is a
ramp, which bilinear interpolation keeps, and places that a border reached are NaN.
"""

import json
import math
from pathlib import Path

import torch
import torchvision
from safetensors.torch import save_file
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

FOLDER = Path(__file__).resolve().parents[2] / "test/fixtures/augmentation"
HEIGHT, WIDTH = 17, 23
# Wide enough that no map of the cases below leaves it.
MARGIN = 24


def affine(image, angle=0.0, shift=(0.0, 0.0), scale=1.0, shear=0.0):
    return F.affine(image, angle, list(shift), scale, [shear, 0.0], InterpolationMode.BILINEAR)


def affine_with_border(image, **settings):
    wide = affine(F.pad(image, [MARGIN] * 4, padding_mode="edge"), **settings)
    return F.center_crop(wide, [HEIGHT, WIDTH])


def geometry_cases(photo):
    """(geometry in our words, how the outside is filled, expected image) from `photo`."""
    moves = {
        "rotation": ({"angle": 20.0}, {"angle": 20.0}),
        "zoom in": ({"scale": 1.3}, {"scale": 1.3}),
        "zoom out": ({"scale": 0.8}, {"scale": 0.8}),
        "translation": ({"shiftX": 3.25, "shiftY": -2.5}, {"shift": (3.25, -2.5)}),
        "shear": ({"shear": 12.0}, {"shear": 12.0}),
        "together": (
            {"angle": -35.0, "scale": 1.15, "shear": 8.0, "shiftX": -1.75, "shiftY": 2.5},
            {"angle": -35.0, "scale": 1.15, "shear": 8.0, "shift": (-1.75, 2.5)},
        ),
    }
    yield "nothing", {}, "black", photo
    yield "rotate", {"angle": 33.0}, "black", F.rotate(photo, -33.0, InterpolationMode.BILINEAR)
    yield "mirrored", {"mirrored": True}, "border", F.horizontal_flip(photo)
    yield "upside down", {"upsideDown": True}, "border", F.vertical_flip(photo)
    for name, (ours, theirs) in moves.items():
        yield name, ours, "black", affine(photo, **theirs)
        yield f"{name}, border", ours, "border", affine_with_border(photo, **theirs)
    ours, theirs = moves["together"]
    turned = F.vertical_flip(F.horizontal_flip(photo))
    yield (
        "together, mirrored and upside down",
        {**ours, "mirrored": True, "upsideDown": True},
        "black",
        affine(turned, **theirs),
    )


def crop_cases(ramp):
    """The same from `ramp`, whose window has these rows and columns."""
    top, left, rows, columns = 2, 9, 12, 13
    window = {
        "cropX": left + columns / 2 - WIDTH / 2,
        "cropY": top + rows / 2 - HEIGHT / 2,
        "cropWidth": columns / WIDTH,
        "cropHeight": rows / HEIGHT,
    }

    def crop(image):
        return F.resized_crop(
            image, top, left, rows, columns, [HEIGHT, WIDTH], InterpolationMode.BILINEAR, antialias=False
        )

    # Half a pixel of the window is a little more than that of the enlarged image: one there is a border's.
    inside = torch.zeros_like(ramp)
    inside[..., 1:-1, 1:-1] = 1
    ours = {"angle": 15.0, "scale": 1.2, "shear": -6.0, "shiftX": 1.5, "shiftY": -0.75}
    theirs = {"angle": 15.0, "scale": 1.2, "shear": -6.0, "shift": (1.5, -0.75)}
    pipelines = {
        "crop": (window, lambda image: image),
        "crop, mirrored": ({**window, "mirrored": True}, F.horizontal_flip),
        "crop, mirrored, then moved": (
            {**window, **ours, "mirrored": True},
            lambda image: affine(F.horizontal_flip(image), **theirs),
        ),
        "crop, upside down, then moved": (
            {**window, **ours, "upsideDown": True},
            lambda image: affine(F.vertical_flip(image), **theirs),
        ),
    }
    for name, (geometry, then) in pipelines.items():
        clear = then(inside) > 1 - 1e-9
        assert clear.double().mean() > 0.5, name
        yield name, geometry, "border", then(crop(ramp)).where(clear, torch.nan)


def geometry(generator):
    photo = torch.rand((1, 2, HEIGHT, WIDTH), generator=generator, dtype=torch.float64)
    rows = torch.arange(HEIGHT, dtype=torch.float64).view(1, 1, HEIGHT, 1)
    ramp = 0.1 + 0.025 * rows + 0.02 * torch.arange(WIDTH, dtype=torch.float64)
    tensors, described = {"photo": photo, "ramp": ramp}, []
    for image in ("photo", "ramp"):
        cases = geometry_cases(photo) if image == "photo" else crop_cases(ramp)
        for name, ours, fill, expected in cases:
            tensors[f"{name}.expected"] = expected.contiguous().clone()
            described.append({"name": name, "image": image, "geometry": ours, "fill": fill})
    return tensors, described


def blur(image, sigma):
    return F.gaussian_blur(image, [2 * math.ceil(3 * sigma) + 1] * 2, [sigma] * 2)


def intensity(generator):
    tensors = {
        "gray": torch.rand((1, 1, HEIGHT, WIDTH), generator=generator, dtype=torch.float64),
        "color": torch.rand((1, 3, HEIGHT, WIDTH), generator=generator, dtype=torch.float64),
    }
    changes = {
        "darker": ({"brightness": 0.6}, lambda x: F.adjust_brightness(x, 0.6)),
        "brighter": ({"brightness": 1.7}, lambda x: F.adjust_brightness(x, 1.7)),
        "flatter": ({"contrast": 0.3}, lambda x: F.adjust_contrast(x, 0.3)),
        "starker": ({"contrast": 1.9}, lambda x: F.adjust_contrast(x, 1.9)),
        "gamma below 1": ({"gamma": 0.7}, lambda x: F.adjust_gamma(x, 0.7)),
        "gamma above 1": ({"gamma": 2.2}, lambda x: F.adjust_gamma(x, 2.2)),
        "slight blur": ({"blur": 0.4}, lambda x: blur(x, 0.4)),
        "blur": ({"blur": 1.1}, lambda x: blur(x, 1.1)),
        "strong blur": ({"blur": 2.3}, lambda x: blur(x, 2.3)),
        "all": (
            {"brightness": 1.2, "contrast": 0.8, "gamma": 1.3, "blur": 0.7},
            lambda x: blur(F.adjust_gamma(F.adjust_contrast(F.adjust_brightness(x, 1.2), 0.8), 1.3), 0.7),
        ),
    }
    described = []
    for image in ("gray", "color"):
        for name, (ours, change) in changes.items():
            tensors[f"{name}, {image}.expected"] = change(tensors[image])
            described.append({"name": f"{name}, {image}", "image": image, "intensity": ours})
    return tensors, described


def mixing(generator):
    """Images, labels, and what torchvision made of both; it drew the shares, and partners are one place before."""
    count, classes = 6, 3
    images = torch.rand((count, 1, 12, 14), generator=generator, dtype=torch.float64)
    labels = torch.randint(classes, (count,), generator=generator)
    hot = torch.nn.functional.one_hot(labels, classes).double()
    tensors, described = {"images": images, "labels": labels}, []

    class Recorded:
        def make_params(self, flat_inputs):
            self.drawn = super().make_params(flat_inputs)
            return self.drawn

    class MixUp(Recorded, v2.MixUp):
        pass

    class CutMix(Recorded, v2.CutMix):
        pass

    torch.manual_seed(4)
    for kind in (MixUp, CutMix):
        for round in range(3):
            transform = kind(alpha=1.0)
            mixed, shares = transform(images, hot)
            name = f"{kind.__name__} {round}"
            tensors[f"{name}.images"], tensors[f"{name}.labels"] = mixed, shares
            x1, y1, x2, y2 = transform.drawn.get("box", (0, 0, 0, 0))
            share = transform.drawn.get("lam", transform.drawn.get("lam_adjusted"))
            rectangle = {"top": y1, "left": x1, "height": y2 - y1, "width": x2 - x1}
            described.append({"name": name, "share": share, "rectangle": rectangle})
    return tensors, described


def main():
    for seed, part in enumerate((geometry, intensity, mixing)):
        tensors, cases = part(torch.Generator().manual_seed(seed))
        description = {"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": cases}
        # One entry: safetensors writes several in an order that changes from run to run.
        metadata = {"description": json.dumps(description)}
        save_file(tensors, FOLDER / f"{part.__name__}.safetensors", metadata)


if __name__ == "__main__":
    main()
