"""Measures Python's PyTorch as an expert writes it, and prints one JSON line: the other side of programs/measure.ts.

Channels-last, fused Adam, bf16 by autocast in training and as the network's own type in inference; no data loading: one
batch of noise stays on the device. Eager, unless `compile` asks for torch.compile. `window` steps (1) make one timing,
between which the device is waited for.

    python pytorch.py '{"spec": …, "shape": …, "mode": "infer", "device": "cpu", …}'
"""

import contextlib
import functools
import json
import sys
import time

import torch
from torch import nn

from networks import UnknownNetwork, build

# Steps that are timed at least, however long they take.
FEWEST = 5

LOSSES = {
    "classification": {
        "softmax": nn.functional.cross_entropy,
        "sigmoid": nn.functional.binary_cross_entropy_with_logits,
    },
    "reconstruction": {"softmax": nn.functional.mse_loss, "sigmoid": nn.functional.mse_loss},
}


def main():
    plan = json.loads(sys.argv[1])
    try:
        answer = measure(plan)
    except UnknownNetwork as error:
        answer = failure("ERR_UNSUPPORTED", error)
    except Exception as error:
        answer = failure("ERR_OUT_OF_MEMORY" if is_out_of_memory(error) else "ERR_TORCH", error)
    print(json.dumps(answer), flush=True)


def is_out_of_memory(error):
    """On the CPU PyTorch throws a RuntimeError like any other."""
    return isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)) or "allocate memory" in str(error)


def failure(code, error):
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return {"error": {"code": code, "message": lines[0]}}


def measure(plan):
    torch.set_num_threads(plan["threads"])
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    shape, device = plan["shape"], torch.device(plan["device"])
    model = build(plan["spec"], shape).to(device, memory_format=torch.channels_last)
    images = torch.randn(plan["batchSize"], shape["channels"], shape["height"], shape["width"], device=device)
    images = images.to(memory_format=torch.channels_last)
    parameters = sum(each.numel() for each in model.parameters())
    make = {"infer": inference, "train": training}[plan["mode"]]
    work = make(plan, model, images)
    window = plan.get("window", 1)

    def step():
        for _ in range(window):
            work()
        if device.type == "cuda":
            torch.cuda.synchronize()

    step()
    first = time.time() - plan["startedAt"] / 1000
    steps = time_steps(step, plan["warmUp"], plan["seconds"])
    return {
        "parameters": parameters,
        "macs": None,
        "firstResultSeconds": first,
        "peakMegabytes": peak_megabytes(),
        "stepMs": [each / window for each in steps],
    }


def inference(plan, model, images):
    dtype = torch.bfloat16 if plan["precision"] == "bf16" else torch.float32
    model.eval().to(dtype)
    images, compiled = images.to(dtype), compile_of(plan, model)

    def work():
        with torch.inference_mode():
            return compiled(images).float().cpu()

    return work


def training(plan, model, images):
    model.train()
    spec, device, compiled = plan["spec"], images.device, compile_of(plan, model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
    loss_function = LOSSES[spec["task"]][spec["output"]]
    target = targets(spec, plan["shape"]["outputs"], images)
    precision = contextlib.nullcontext
    if plan["precision"] == "bf16":
        precision = functools.partial(torch.autocast, device.type, dtype=torch.bfloat16)

    def work():
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = loss_function(compiled(images), target)
        loss.backward()
        optimizer.step()
        return loss

    return work


def compile_of(plan, model):
    return torch.compile(model, mode="max-autotune") if plan.get("compile") else model


def targets(spec, outputs, images):
    if spec["task"] == "reconstruction":
        return images
    if spec["output"] == "sigmoid":
        return torch.randint(2, (len(images), outputs), device=images.device).float()
    return torch.randint(outputs, (len(images),), device=images.device)


def time_steps(step, warm_up, seconds):
    """Milliseconds of each step after those that are not timed."""
    for _ in range(warm_up):
        step()
    times, end = [], time.perf_counter() + seconds
    while len(times) < FEWEST or time.perf_counter() < end:
        started = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - started))
    return times


def peak_megabytes():
    """Largest resident memory of this process."""
    with open("/proc/self/status", encoding="utf8") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
