"""Pictures about a model: arrays in, a matplotlib figure out."""
