"""Learning-rate schedules that Keras lacks."""

from kerasdl.schedules.cyclical import Cyclical as Cyclical
from kerasdl.schedules.inverse_sqrt import InverseSqrt as InverseSqrt
from kerasdl.schedules.linear_scaling import linear_scaling as linear_scaling
from kerasdl.schedules.one_cycle import OneCycle as OneCycle
from kerasdl.schedules.step_decay import StepDecay as StepDecay
from kerasdl.schedules.warmup_cosine import WarmupCosine as WarmupCosine

__all__ = [
    "Cyclical",
    "InverseSqrt",
    "OneCycle",
    "StepDecay",
    "WarmupCosine",
    "linear_scaling",
]
