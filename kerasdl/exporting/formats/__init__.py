"""The formats that a model can be exported in, besides the SavedModel."""

from kerasdl.exporting.formats.export_format import ExportFormat as ExportFormat
from kerasdl.exporting.formats.keras_file import KerasFile as KerasFile
from kerasdl.exporting.formats.litert import LiteRT as LiteRT
from kerasdl.exporting.formats.onnx import Onnx as Onnx
from kerasdl.exporting.formats.openvino import OpenVino as OpenVino

# By the name that `--format` gives them.
FORMATS: dict[str, type[ExportFormat]] = {
    "keras": KerasFile,
    "litert": LiteRT,
    "onnx": Onnx,
    "openvino": OpenVino,
}

__all__ = ["FORMATS", "ExportFormat", "KerasFile", "LiteRT", "Onnx", "OpenVino"]
