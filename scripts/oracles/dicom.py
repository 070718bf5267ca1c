"""Writes small DICOM files of every kind that is read, and what pydicom makes of them, to test/fixtures/dicom."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import Dataset, Sequence
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)

ROWS, COLUMNS = 34, 40
# Of the pixels: coprime to the width, so that every row and column is looked at.
STRIDE = 7
folder = Path(__file__).parents[2] / "test/fixtures/dicom"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(20)


def radiograph(bits, signed=False):
    """A smooth picture with noise that uses all the bits."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    picture = np.sin(x / 9) * np.cos(y / 8) + random.normal(0, 0.05, (ROWS, COLUMNS))
    picture = (picture - picture.min()) / (picture.max() - picture.min())
    values = np.round(picture * (2**bits - 1))
    return (values - 2 ** (bits - 1) if signed else values).astype(np.int64)


def dataset(values, *, bits, signed=False, photometric="MONOCHROME2", **attributes):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    data.SOPInstanceUID = generate_uid(entropy_srcs=[str(sorted(attributes)), str(values.sum())])
    data.Modality = "CR"
    data.PatientID = "PHANTOM 7"
    data.PatientName = "Never^Printed"
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = photometric
    data.Rows, data.Columns = values.shape
    data.BitsAllocated = 8 if bits <= 8 else 16
    data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, int(signed)
    for name, value in attributes.items():
        setattr(data, name, value)
    kind = {8: "u1", 16: "u2"}[data.BitsAllocated]
    data.PixelData = (values & (2**bits - 1)).astype("<" + kind).tobytes()
    return data


def lossless_jpeg(values, bits):
    """ITU-T T.81, process 14, first-order prediction, with one code of 8 bits for each of 17 categories."""
    symbols = list(range(17))
    counts = [0] * 16
    counts[7] = 17
    table = bytes([0]) + bytes(counts) + bytes(symbols)
    coded = []
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            if column > 0:
                guess = values[row, column - 1]
            elif row > 0:
                guess = values[row - 1, 0]
            else:
                guess = 1 << (bits - 1)
            difference = int(values[row, column] - guess)
            size = abs(difference).bit_length()
            coded.append(f"{size:08b}")
            if size:
                extra = difference if difference > 0 else difference + (1 << size) - 1
                coded.append(f"{extra:0{size}b}")
    stream = "".join(coded)
    stream += "1" * (-len(stream) % 8)
    packed = bytes(int(stream[at : at + 8], 2) for at in range(0, len(stream), 8))
    packed = packed.replace(b"\xff", b"\xff\x00")

    def segment(marker, body):
        return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

    height, width = values.shape
    frame = bytes([bits]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([1, 1, 0x11, 0])
    scan = bytes([1, 1, 0, 1, 0, 0])
    return b"\xff\xd8" + segment(0xC3, frame) + segment(0xC4, table) + segment(0xDA, scan) + packed + b"\xff\xd9"


def lookup(entries, first, bits, signed=False):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item["LUTDescriptor"].VR = "SS" if signed else "US"
    item.LUTData = [int(entry) for entry in entries]
    item["LUTData"].VR = "US"
    return Sequence([item])


def gray(data):
    """pydicom's values from 0, black, to 1, white."""
    physical = apply_modality_lut(data.pixel_array, data).astype(float)
    shown = apply_voi_lut(physical if "VOILUTSequence" not in data else physical.astype(int), data).astype(float)
    if "VOILUTSequence" in data:
        low, high = 0, 2 ** data.VOILUTSequence[0].LUTDescriptor[2] - 1
    elif "WindowWidth" in data:
        slope, intercept = float(data.get("RescaleSlope", 1)), float(data.get("RescaleIntercept", 0))
        low, high = (-(2 ** (data.BitsStored - 1)), 2 ** (data.BitsStored - 1) - 1) if data.PixelRepresentation else (0, 2**data.BitsStored - 1)
        if "ModalityLUTSequence" in data:
            low, high = 0, 2 ** data.ModalityLUTSequence[0].LUTDescriptor[2] - 1
        elif "RescaleSlope" in data:
            low, high = low * slope + intercept, high * slope + intercept
    else:
        low, high = shown.min(), shown.max()
    unit = (shown - low) / (high - low)
    return 1 - unit if data.PhotometricInterpretation == "MONOCHROME1" else unit


expected = {}


def write(name, data, syntax, frame=None):
    data.file_meta.TransferSyntaxUID = syntax
    if frame is not None:
        data.PixelData = encapsulate([frame])
        data["PixelData"].VR = "OB"
    elif syntax == ExplicitVRBigEndian and data.BitsAllocated == 16:
        data.PixelData = np.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
    elif syntax in (RLELossless, JPEGLSLossless, JPEG2000Lossless):
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.compress(syntax, generate_instance_uid=False)
    data.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    stored = data.pixel_array.astype(np.int64)
    expected[name] = {
        "stored": stored.ravel()[::STRIDE].tolist(),
        "gray": [round(float(value), 9) for value in gray(data).ravel()[::STRIDE]],
    }


write("implicit", dataset(radiograph(8), bits=8), ImplicitVRLittleEndian)
write("explicit-12-bits", dataset(radiograph(12), bits=12), ExplicitVRLittleEndian)
write("big-endian", dataset(radiograph(14), bits=14), ExplicitVRBigEndian)
write("deflated", dataset(radiograph(10), bits=10), DeflatedExplicitVRLittleEndian)
write("rle", dataset(radiograph(12), bits=12), RLELossless)
write("jpeg-ls", dataset(radiograph(12), bits=12), JPEGLSLossless)
write("jpeg2000", dataset(radiograph(12), bits=12), JPEG2000Lossless)
write("jpeg2000-signed", dataset(radiograph(12, signed=True), bits=12, signed=True), JPEG2000Lossless)

picture = radiograph(8)
buffer = BytesIO()
Image.fromarray(picture.astype(np.uint8)).save(buffer, "JPEG", quality=90)
write("jpeg-baseline", dataset(picture, bits=8), JPEGBaseline8Bit, buffer.getvalue())
picture = radiograph(12)
write("jpeg-lossless", dataset(picture, bits=12), JPEGLosslessSV1, lossless_jpeg(picture, 12))

write("monochrome1", dataset(radiograph(12), bits=12, photometric="MONOCHROME1"), ExplicitVRLittleEndian)
write(
    "window",
    dataset(radiograph(12), bits=12, WindowCenter=["1800", "900"], WindowWidth=["1500", "300"]),
    ExplicitVRLittleEndian,
)
write(
    "window-exact",
    dataset(radiograph(12), bits=12, WindowCenter="1800", WindowWidth="1500", VOILUTFunction="LINEAR_EXACT"),
    ExplicitVRLittleEndian,
)
write(
    "window-sigmoid",
    dataset(radiograph(12), bits=12, WindowCenter="2000", WindowWidth="900", VOILUTFunction="SIGMOID"),
    ExplicitVRLittleEndian,
)
write(
    "rescaled-signed",
    dataset(
        radiograph(12, signed=True),
        bits=12,
        signed=True,
        RescaleSlope="0.5",
        RescaleIntercept="-100",
        WindowCenter="-90",
        WindowWidth="600",
    ),
    ExplicitVRLittleEndian,
)
write(
    "modality-table",
    dataset(
        radiograph(8),
        bits=8,
        ModalityLUTSequence=lookup(np.linspace(4000, 0, 200), 20, 16),
        WindowCenter="2000",
        WindowWidth="3000",
    ),
    ExplicitVRLittleEndian,
)
write(
    "value-table",
    dataset(
        radiograph(12),
        bits=12,
        VOILUTSequence=lookup(1023 * np.linspace(0, 1, 3000) ** 0.6, 500, 10),
    ),
    ExplicitVRLittleEndian,
)

(folder / "expected.json").write_text(json.dumps({"rows": ROWS, "columns": COLUMNS, "stride": STRIDE, "files": expected}))
