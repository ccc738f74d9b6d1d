"""Learning-rate schedules that Keras lacks."""

from kerasdl.schedules.one_cycle import OneCycle as OneCycle

__all__ = ["OneCycle"]
