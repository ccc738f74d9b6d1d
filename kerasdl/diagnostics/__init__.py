"""Numbers about a model: arrays in, numbers out."""
