"""Writes test/fixtures/serving/triton_requests.json: requests as Triton's own client writes them."""

import base64
import json
from pathlib import Path

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

OUTPUT = Path(__file__).parents[2] / "test/fixtures/serving/triton_requests.json"
random = np.random.default_rng(3)
SHAPE = (2, 1, 3, 4)
FILES = [bytes(range(7)), b"", bytes(range(250, 256))]

tensors = {
    "input": random.normal(size=SHAPE).astype(np.float32).round(3),
    "pixels": random.integers(0, 256, SHAPE, dtype=np.uint8),
    "image": np.array(FILES, dtype=object),
}
datatypes = {"input": "FP32", "pixels": "UINT8", "image": "BYTES"}


def request(name, *, binary, outputs=None, **rest):
    tensor = InferInput(name, tensors[name].shape, datatypes[name])
    tensor.set_data_from_numpy(tensors[name], binary_data=binary)
    body, header_length = InferenceServerClient.generate_request_body(
        [tensor], outputs=outputs, **rest
    )
    return {
        "input": name,
        "headerLength": header_length,
        "body": base64.b64encode(body).decode(),
        "values": [base64.b64encode(one).decode() for one in FILES]
        if name == "image"
        else tensors[name].ravel().tolist(),
    }


chosen = [
    InferRequestedOutput("label", binary_data=False),
    InferRequestedOutput("probabilities", binary_data=True, class_count=2),
]
requests = {
    "float32 behind the JSON": request("input", binary=True, request_id="one"),
    "float32 in the JSON": request("input", binary=False),
    "pixels behind the JSON": request("pixels", binary=True, outputs=chosen),
    "pixels in the JSON": request("pixels", binary=False, outputs=chosen),
    "files behind the JSON": request("image", binary=True, parameters={"raw": True}),
}
OUTPUT.parent.mkdir(parents=True, exist_ok=True)
OUTPUT.write_text(json.dumps({"shape": SHAPE, "requests": requests}, indent=1) + "\n")
