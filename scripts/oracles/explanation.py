"""Writes test/fixtures/explanation: what PyTorch, pytorch-grad-cam, captum and scikit-learn say of a small network.

The network is written here by hand, with torchvision's residual blocks; the architecture file that the tests build is
beside it in the fixture. All is computed in float64 from weights and images that float32 holds exactly; scikit-learn's file keeps float64.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytorch_grad_cam
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from safetensors.torch import save_file
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import nn
from torchvision.models.resnet import BasicBlock

FOLDER = Path(__file__).resolve().parents[2] / "test/fixtures/explanation"
IMAGES, CHANNELS, HEIGHT, WIDTH, OUTPUTS = 4, 3, 16, 20, 3
MEAN, STD = [0.4, 0.5, 0.6], [0.25, 0.2, 0.3]
ARCHITECTURE = {
    "convention": "torch",
    "layers": [
        {"kind": "batchNorm", "name": "norm"},
        {"kind": "conv2d", "name": "conv", "out": 6, "kernel": 3, "activation": "relu"},
        {"kind": "maxPool2d", "name": "pool", "kernel": 2},
        {"kind": "residualStage", "name": "stage", "block": "basic", "blocks": 2, "out": 8, "stride": 2},
        {"kind": "globalAvgPool", "name": "mean"},
        {"kind": "linear", "name": "head", "out": "classes"},
    ],
}
METHODS = {
    "gradCam": pytorch_grad_cam.GradCAM,
    "gradCamPlusPlus": pytorch_grad_cam.GradCAMPlusPlus,
    "hiResCam": pytorch_grad_cam.HiResCAM,
    "layerCam": pytorch_grad_cam.LayerCAM,
    "scoreCam": pytorch_grad_cam.ScoreCAM,
    "eigenCam": pytorch_grad_cam.EigenCAM,
}
TARGETS = [0, 1, 2, -1]
POINTS, BASELINE = 8, 0.25
NOISE, NOISY_COPIES = 0.05, 4000


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(CHANNELS)
        self.conv = nn.Conv2d(CHANNELS, 6, 3)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        halving = nn.Sequential(nn.Conv2d(6, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8))
        self.stage = nn.Sequential(BasicBlock(6, 8, 2, halving), BasicBlock(8, 8))
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(8, OUTPUTS)

    def forward(self, x):
        return self.head(self.mean(self.stage(self.pool(self.relu(self.conv(self.norm(x)))))))


def network(generator):
    """Weights as drawn; scales, shifts and running statistics away from 1 and 0, so that each shows."""
    model = Small()
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if tensor.ndim > 1:
            tensor.copy_(noise * (2 / tensor[0].numel()) ** 0.5)
        elif name.endswith("running_var"):
            tensor.copy_(1 + 0.5 * torch.rand(tensor.shape, generator=generator))
        else:
            tensor.copy_(0.3 * noise + (1 if name.endswith("weight") else 0))
    return model.double().eval()


def layers(model):
    """By the names that the addon gives them; a layer with an activation puts out what comes behind it."""
    return {
        "norm": model.norm,
        "conv": model.relu,
        "pool": model.pool,
        "stage.0.conv1": model.stage[0].conv1,
        "stage.0.downsample.0": model.stage[0].downsample[0],
        "stage.0": model.stage[0],
        "stage.1.conv2": model.stage[1].conv2,
        "stage": model.stage,
        "mean": model.mean,
        "head": model.head,
    }


def activations(model, images):
    seen = {"input": images}
    handles = [
        layer.register_forward_hook(lambda _, __, output, name=name: seen.__setitem__(name, output.clone()))
        for name, layer in layers(model).items()
    ]
    with torch.no_grad():
        model(images)
    for handle in handles:
        handle.remove()
    return seen


def raw_map(method, model, layer, images, classes):
    """What pytorch-grad-cam computes before ReLU, scaling and resizing."""
    seen = []
    with method(model=model, target_layers=[layer]) as cam:
        inner = cam.get_cam_image
        cam.get_cam_image = lambda *arguments: seen.append(inner(*arguments)) or seen[-1]
        cam(images, [ClassifierOutputTarget(c) for c in classes])
    return torch.from_numpy(np.ascontiguousarray(seen[0])).double()


def explained(model, images, classes):
    tensors = {}
    picked = layers(model)
    for method, cam in METHODS.items():
        for name in ("conv", "stage.1.conv2", "stage"):
            tensors[f"{method}.{name}"] = raw_map(cam, model, picked[name], images, classes)
    wanted = torch.tensor(classes)
    tensors["gradient"] = Saliency(model).attribute(images, target=wanted, abs=False).detach()
    baseline = ((BASELINE - column(MEAN)) / column(STD)).expand_as(images)
    tensors["integratedGradients"] = IntegratedGradients(model).attribute(
        images, baseline, target=wanted, n_steps=POINTS, method="riemann_middle"
    ).detach()
    tensors["baselineLogits"] = model(baseline).detach().gather(1, wanted.unsqueeze(1)).squeeze(1)
    smooth = NoiseTunnel(Saliency(model))
    rows = []
    for image, target in zip(images, classes):
        spread = NOISE * (image.max() - image.min()).item()
        rows.append(
            smooth.attribute(
                image.unsqueeze(0), nt_type="smoothgrad", nt_samples=NOISY_COPIES, nt_samples_batch_size=500,
                stdevs=spread, target=target, abs=False,
            ).detach()
        )
    tensors["smoothGrad"] = torch.cat(rows)
    return tensors


def perturbed(model, data):
    """One image seen through masks: [M, outputs]."""
    shown = data["masks"][:, data["segments"].long()].bool().unsqueeze(1)
    pixels = torch.where(shown, data["images"][1], data["fill"])
    with torch.no_grad():
        return model(normalized(pixels))


def normalized(pixels):
    return (pixels.double() / 255 - column(MEAN)) / column(STD)


def column(values):
    return torch.tensor(values, dtype=torch.float64).view(1, -1, 1, 1)


def adapted(model, images):
    """Li et al. 2018: each normalization measured on all images, behind those that were measured before."""
    norms = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.BatchNorm2d)}
    for norm in norms.values():
        seen = []
        handle = norm.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
        with torch.no_grad():
            model(images)
        handle.remove()
        norm.running_mean.copy_(seen[0].mean((0, 2, 3)))
        norm.running_var.copy_(seen[0].transpose(0, 1).flatten(1).var(1, unbiased=True))
    tensors = {
        f"adapted.{name}.{field}": getattr(norm, field).clone()
        for name, norm in norms.items()
        for field in ("running_mean", "running_var")
    }
    with torch.no_grad():
        tensors["adapted.logits"] = model(images)
    return tensors


def write_network():
    generator = torch.Generator().manual_seed(11)
    model = network(generator)
    data = {
        "images": torch.randint(0, 256, (IMAGES, CHANNELS, HEIGHT, WIDTH), generator=generator, dtype=torch.uint8),
        "fill": torch.randint(0, 256, (CHANNELS, HEIGHT, WIDTH), generator=generator, dtype=torch.uint8),
        "segments": torch.randint(0, 6, (HEIGHT, WIDTH), generator=generator, dtype=torch.int32),
        "masks": torch.randint(0, 2, (7, 6), generator=generator, dtype=torch.uint8),
    }
    # A dark square for every image, so that the maps differ from place to place.
    for i, image in enumerate(data["images"]):
        image[:, 2 * i : 2 * i + 8, 3 * i : 3 * i + 8] //= 3
    images = normalized(data["images"])
    logits = model(images).detach()
    classes = [int(row.argmax()) if target < 0 else target for row, target in zip(logits, TARGETS)]
    tensors = dict(data)
    tensors |= {f"weights.{name}": value.clone() for name, value in model.state_dict().items()}
    tensors |= {f"activations.{name}": value for name, value in activations(model, images).items()}
    tensors |= explained(model, images, classes)
    tensors["logits"] = logits
    tensors["perturbed"] = perturbed(model, data)
    tensors |= adapted(model, images)
    # The weights are exact in float32, and seven digits are enough of the rest.
    tensors = {name: value.float() if value.dtype == torch.float64 else value for name, value in tensors.items()}
    description = {
        "versions": {name: version(name) for name in ("torch", "captum", "grad-cam", "scikit-learn")},
        "architecture": json.dumps(ARCHITECTURE),
        "mean": MEAN,
        "std": STD,
        "targets": TARGETS,
        "points": POINTS,
        "baseline": BASELINE,
        "noise": NOISE,
        "cases": [{"layer": name} for name in activations(model, images)],
    }
    write("network", tensors, description)


def write_vectors():
    generator = torch.Generator().manual_seed(12)
    references = torch.randn(60, 7, generator=generator)
    references[17], references[40] = references[3], references[3]
    queries = torch.cat([references[:4], torch.randn(9, 7, generator=generator)])
    wide = torch.randn(6, 20, generator=generator) * torch.linspace(0.2, 3, 20)
    tensors = {"references": references, "queries": queries, "wide": wide}
    for metric in ("euclidean", "cosine"):
        search = NearestNeighbors(n_neighbors=5, algorithm="brute", metric=metric).fit(references.double().numpy())
        distances, indices = search.kneighbors(queries.double().numpy())
        tensors[f"{metric}.distances"] = torch.from_numpy(distances)
        tensors[f"{metric}.indices"] = torch.from_numpy(indices).int()
    for name, count in (("references", 7), ("wide", 4)):
        found = PCA(n_components=count, svd_solver="full").fit(tensors[name].double().numpy())
        tensors[f"{name}.mean"] = torch.from_numpy(found.mean_)
        tensors[f"{name}.components"] = torch.from_numpy(found.components_)
        tensors[f"{name}.explained"] = torch.from_numpy(found.explained_variance_ratio_)
    write("vectors", tensors, {"cases": []})


def write(name, tensors, description):
    FOLDER.mkdir(parents=True, exist_ok=True)
    contiguous = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    # One entry: safetensors writes several in an order that changes from run to run.
    save_file(contiguous, FOLDER / f"{name}.safetensors", {"description": json.dumps(description)})


if __name__ == "__main__":
    write_network()
    write_vectors()
