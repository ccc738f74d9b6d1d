"""Checks that prove a layer's contract, for kerasdl's layers and yours."""

from kerasdl.testing.case import LayerCase as LayerCase
from kerasdl.testing.compilation import check_compilation as check_compilation
from kerasdl.testing.config import check_arguments as check_arguments
from kerasdl.testing.config import check_config as check_config
from kerasdl.testing.construction import check_build as check_build
from kerasdl.testing.contract_error import LayerContractError as LayerContractError
from kerasdl.testing.dtypes import check_dtypes as check_dtypes
from kerasdl.testing.export import check_export as check_export
from kerasdl.testing.gradients import check_gradients as check_gradients
from kerasdl.testing.layer_check import check_layer as check_layer
from kerasdl.testing.layer_check import layer_checks as layer_checks
from kerasdl.testing.mask_spec import MaskSpec as MaskSpec
from kerasdl.testing.masks import check_masks as check_masks
from kerasdl.testing.random_input import RandomInput as RandomInput
from kerasdl.testing.randomness import check_randomness as check_randomness
from kerasdl.testing.saving import check_fresh_process_reload as check_fresh_process_reload
from kerasdl.testing.saving import check_saving as check_saving
from kerasdl.testing.shapes import check_shapes as check_shapes
from kerasdl.testing.silence import check_silence as check_silence
from kerasdl.testing.training_step import check_training_step as check_training_step

__all__ = [
    "LayerCase",
    "LayerContractError",
    "MaskSpec",
    "RandomInput",
    "check_arguments",
    "check_build",
    "check_compilation",
    "check_config",
    "check_dtypes",
    "check_export",
    "check_fresh_process_reload",
    "check_gradients",
    "check_layer",
    "check_masks",
    "check_randomness",
    "check_saving",
    "check_shapes",
    "check_silence",
    "check_training_step",
    "layer_checks",
]
