"""Learning rates of PyTorch's schedulers, step by step, as fixtures for the tests of `src/training/schedule.ts`."""

import json
import warnings
from pathlib import Path

import torch
from torch.optim import lr_scheduler

OUTPUT = Path(__file__).parents[2] / "test/fixtures/training/schedules.json"
LR = 3e-3


def rates(make, steps):
    """The rate that each of `steps` updates uses."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def main():
    warnings.simplefilter("ignore")
    epochs, steps = 6, 7
    total = epochs * steps
    cases = [
        {
            "settings": {"sched": "cosine", "minLr": 1e-5},
            "rates": rates(
                lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=total, eta_min=1e-5), total
            ),
        },
        {
            "settings": {"sched": "onecycle"},
            "rates": rates(
                lambda o: lr_scheduler.OneCycleLR(o, max_lr=LR, total_steps=total), total
            ),
        },
        {
            "settings": {"sched": "step", "decayEpochs": 2, "decayRate": 0.3},
            "rates": rates(
                lambda o: lr_scheduler.StepLR(o, step_size=2 * steps, gamma=0.3), total
            ),
        },
        {
            "settings": {"sched": "cosine", "warmupEpochs": 2, "warmupLr": 3e-5},
            "rates": rates(
                lambda o: lr_scheduler.SequentialLR(
                    o,
                    [
                        lr_scheduler.LinearLR(o, start_factor=0.01, total_iters=2 * steps),
                        lr_scheduler.CosineAnnealingLR(o, T_max=total - 2 * steps),
                    ],
                    milestones=[2 * steps],
                ),
                total,
            ),
        },
    ]
    fixture = {"torch": torch.__version__, "lr": LR, "epochs": epochs, "steps": steps, "cases": cases}
    OUTPUT.write_text(json.dumps(fixture, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
