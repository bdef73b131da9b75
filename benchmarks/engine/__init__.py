"""How fast the engine is, against PyTorch eager, HIPS autograd and MyGrad."""
