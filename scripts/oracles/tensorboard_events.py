"""An event file by TensorBoard's own record writer, as a fixture for the tests of `src/training/logging`.

Needs a virtual environment with tensorboard==2.21.0. The same events are in test/training/tensorboard.test.ts.
"""

import base64
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.record_writer import RecordWriter

OUTPUT = Path(__file__).parents[2] / "test/fixtures/training/events.out.tfevents.fixture"
WALL_TIME = 1_700_000_000.25
# Three columns, two rows, 8-bit gray.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgcGhgOPDgPwAJBwNgYnbjhQAAAABJRU5ErkJggg=="
)


def scalar(tag, value):
    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


def image(tag, png, width, height):
    encoded = Summary.Image(width=width, height=height, encoded_image_string=png)
    return Summary(value=[Summary.Value(tag=tag, image=encoded)])


SUMMARIES = [
    (0, scalar("loss/train", 0.7)),
    (300, scalar("loss/train", 0.0)),
    (2**40 + 1, scalar("loss/train", -1e-3)),
    (1, scalar("loss/val", float("nan"))),
    (2, scalar("loss/val", float("inf"))),
    (3, scalar("loss/val", float("-inf"))),
    (1, image("augmented", PNG, 3, 2)),
    (0, text_pb("settings", "| Röntgen | 値 |\n|---|---|\n" + "| lr | 0.003 |\n" * 20)),
]


def main():
    events = [Event(wall_time=WALL_TIME, file_version="brain.Event:2")]
    events += [Event(wall_time=WALL_TIME, step=step, summary=summary) for step, summary in SUMMARIES]
    with OUTPUT.open("wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
