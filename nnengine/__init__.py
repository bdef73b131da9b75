"""nnengine: a small, exact and fast neural-network engine in numpy, and the grader built on it."""
