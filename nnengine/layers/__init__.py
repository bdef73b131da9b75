"""Layers: each has `forward`, `backward`, `params` and `grads`."""
