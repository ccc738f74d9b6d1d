"""What every recipe lets its user choose."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kerasdl.data import catalogue
from kerasdl.data.catalogue_entries import IMAGE_CLASSIFICATION

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]


class RecipeConfig(BaseModel):
    """The options that all recipes share; a recipe's `Config` adds its own.

    A configuration is frozen and checked when it is made. The text under each
    field is its documentation: the command line shows it.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    tasks: ClassVar[tuple[str, ...]] = (IMAGE_CLASSIFICATION,)
    """What the data must be for: a recipe of another task says so here."""

    data: str = "auto"
    """Data set or path; `auto`: the recipe's own, or an embedded one where that is out of reach."""

    data_dir: Path | None = None
    """Folder of prepared data sets, before TFDS_DATA_DIR and ~/tensorflow_datasets."""

    epochs: int = Field(10, ge=1)
    """Passes over the training data."""

    batch_size: int = Field(128, ge=1)
    """Examples in one step, over all devices."""

    learning_rate: float = Field(1e-3, gt=0)
    """Highest learning rate of the schedule."""

    seed: int = Field(0, ge=0, lt=2**31)
    """Decides initial weights, order of the examples and noise."""

    deterministic: bool = False
    """Bitwise equal runs on equal hardware; turns XLA off, so it is slower."""

    device: str = Field("auto", pattern=r"^(auto|cpu|gpu|gpu:\d+|mirrored)$")
    """auto, cpu, gpu, gpu:N for one of several, or mirrored for all of them."""

    precision: Precision = "float32"
    """Arithmetic; mixed_* computes in 16 bits and keeps weights in 32."""

    patience: int | None = Field(None, ge=1)
    """Stop after so many epochs without a better validation result."""

    max_time: float | None = Field(None, gt=0)
    """Stop training after so many minutes, then evaluate and export."""

    steps_per_execution: int = Field(32, ge=1)
    """Steps that TensorFlow runs before it returns to Python."""

    jit_compile: bool = True
    """Compile the training step with XLA."""

    @model_validator(mode="after")
    def _data_is_known(self) -> Self:
        if self.data != "auto":
            catalogue.check_name(self.data, self.data_dir, self.tasks)
        return self
