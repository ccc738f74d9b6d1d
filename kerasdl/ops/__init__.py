"""Pure functions on tensors: the mathematics under the layers, without state."""
