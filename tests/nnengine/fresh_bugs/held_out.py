"""Mistakes written down after the diagnosis was made, from the references alone, to see how far it carries.

As in `bugs.py`: (exercise, function, edits of the reference, a word of the right diagnosis, or "" for any name).
Nothing was tuned on them before their first run, whose counts are in docs/grading.md; after it, seven of the words
were changed to ones that the right diagnoses really use.
"""

PLANAR, DEEP, REG = "planar-one-hidden-layer", "deep-network-step-by-step", "regularisation"
OPT, CONV, RNN = "optimisation", "convolution-step-by-step", "recurrent-step-by-step"
SOFTMAX, FC, CS = "softmax-classifier", "fully-connected-layers", "cs231n-recurrent"

BUGS = (
    (PLANAR, "layer_sizes", {"X.shape[0]": "X.shape[1]"}, ""),
    (PLANAR, "initialize_parameters", {"(n_h, n_x) * 0.01": "(n_h, n_x) * 0.1"}, "W1"),
    (PLANAR, "forward_propagation", {"np.tanh(Z1)": "sigmoid(Z1)"}, "sigmoid"),
    (PLANAR, "forward_propagation", {"W1 @ X + b1": "W1 @ X"}, "b1"),
    (PLANAR, "forward_propagation", {"W2 @ A1 + b2": "W2 @ Z1 + b2"}, "Z2"),
    (PLANAR, "compute_cost", {"-np.sum(logprobs)": "np.sum(logprobs)"}, "sign"),
    (PLANAR, "compute_cost", {"Y * np.log(A2) + (1 - Y)": "Y * np.log(A2) + Y"}, ""),
    (PLANAR, "backward_propagation", {"W2.T @ dZ2 * (1 - A1**2)": "W2.T @ dZ2 * A1 * (1 - A1)"}, "tanh"),
    (PLANAR, "backward_propagation", {"np.sum(dZ2, axis=1, keepdims=True) / m": "np.sum(dZ2) / m"}, "bias"),
    (PLANAR, "backward_propagation", {"dZ2 @ A1.T / m": "dZ2 @ A1.T"}, "dW2"),
    (PLANAR, "backward_propagation", {"dZ2 = A2 - Y": "dZ2 = (A2 - Y) ** 2"}, "dZ2"),
    (PLANAR, "update_parameters", {"learning_rate: float = 1.2": "learning_rate: float = 0.12"}, "learning rate"),
    (PLANAR, "nn_model", {"range(num_iterations)": "range(num_iterations - 1)"}, "iteration"),
    (PLANAR, "predict", {"A2 > 0.5": "A2 < 0.5"}, ""),
    (DEEP, "linear_forward", {"W @ A + b": "W.T @ A + b"}, ""),
    (DEEP, "linear_activation_forward", {'activation == "sigmoid"': 'activation == "relu"'}, ""),
    (DEEP, "L_model_forward", {"range(1, L)": "range(1, L - 1)"}, ""),
    (DEEP, "L_model_forward", {'"sigmoid")': '"relu")'}, "sigmoid"),
    (DEEP, "linear_backward", {"m = A_prev.shape[1]": "m = A_prev.shape[0]"}, "m"),
    (DEEP, "linear_backward", {"np.sum(dZ, axis=1, keepdims=True)": "np.sum(dZ, axis=0, keepdims=True)"}, "db"),
    (DEEP, "L_model_backward", {"-(np.divide(Y, AL) - np": "(np.divide(Y, AL) - np"}, "sign"),
    (DEEP, "update_parameters", {"range(1, L + 1)": "range(1, L)"}, "last"),
    (REG, "compute_cost_with_regularization", {"np.sum(W1**2)": "np.sum(np.abs(W1))"}, "W1"),
    (REG, "compute_cost_with_regularization", {"lambd / (2 * m)": "lambd / m"}, "half"),
    (REG, "backward_propagation_with_regularization", {" + lambd / m * W1": ""}, "W1"),
    (REG, "backward_propagation_with_dropout", {"dA2 * D2 / keep_prob": "dA2 * D1.shape[1] / keep_prob"}, "dA2"),
    (OPT, "update_parameters_with_gd", {'- learning_rate * grads[f"db{l}"]': '+ learning_rate * grads[f"db{l}"]'}, "b"),
    (OPT, "update_parameters_with_momentum", {"(1 - beta) * grads": "grads"}, "beta"),
    (OPT, "update_parameters_with_momentum", {'learning_rate * v["d" + k]': 'learning_rate * grads["d" + k]'}, "v"),
    (OPT, "update_parameters_with_adam", {"(1 - beta2**t)": "(1 - beta1**t)"}, "beta"),
    (OPT, "update_parameters_with_adam", {"(np.sqrt(s_hat) + epsilon)": "(s_hat + epsilon)"}, "root"),
    (OPT, "random_mini_batches", {"Y[:, order]": "Y"}, "Y"),
    (OPT, "update_lr", {"decay_rate * epoch_num": "decay_rate ** epoch_num"}, ""),
    (CONV, "conv_forward", {"n_H = (n_H_prev - f + 2 * pad) // stride + 1": "n_H = (n_H_prev - f + 2 * pad) // stride"}, ""),
    (CONV, "conv_forward", {"n_W = (n_W_prev - f + 2 * pad)": "n_W = (n_W_prev - f + pad)"}, "n_W"),
    (RNN, "lstm_cell_forward", {"ft * c_prev + it * cct": "it * c_prev + ft * cct"}, ""),
    (RNN, "lstm_cell_forward", {"np.tanh(Wc @ concat + bc)": "sigmoid(Wc @ concat + bc)"}, "tanh"),
    (RNN, "rnn_cell_backward", {"da_prev = Waa.T @ dtanh": "da_prev = Waa @ dtanh"}, "Waa"),
    (RNN, "rnn_backward", {"da[:, :, t] + da_prevt": "da[:, :, t]"}, ""),
    (RNN, "lstm_cell_backward", {"* (1 - np.tanh(c_next) ** 2)": ""}, "tanh"),
    (SOFTMAX, "softmax_loss", {"np.mean(log_sum": "np.sum(log_sum"}, ""),
    (SOFTMAX, "softmax_loss_vectorized", {" + 2 * reg * W": " + reg * W"}, "2"),
    (SOFTMAX, "softmax_regression_epoch", {"theta -= lr": "theta += lr"}, "ascent"),
    (FC, "batchnorm_forward", {"x.var(axis=0)": "x.std(axis=0)"}, "var"),
    (FC, "layernorm_forward", {"x.mean(axis=1, keepdims=True)": "x.mean(axis=0, keepdims=True)"}, "axis"),
    (FC, "dropout_forward", {" < p) / p": " < p)"}, "p"),
    (CS, "lstm_step_forward", {"i = sigmoid(a[:, :H])": "i = np.tanh(a[:, :H])"}, "i"),
    (CS, "lstm_step_backward", {"dg * (1 - g**2)": "dg * g * (1 - g)"}, "g"),
    (CS, "word_embedding_backward", {"np.add.at(dW, x, dout)": "dW[x] += dout"}, ""),
    ("autoencoder", "best_linear_reconstruction", {"@ V @ V.T + mean": "@ V @ V.T"}, "mean"),
    ("autoencoder", "tied_gradient", {" + error.T @ X @ W": ""}, ""),
    ("denoising-autoencoder", "denoising_loss", {"reconstruct(X_noisy": "reconstruct(X"}, "clean"),
    ("variational-autoencoder", "reparameterize", {"0.5 * logvar": "logvar"}, ""),
    ("variational-autoencoder", "elbo", {"- kl_divergence": "+ kl_divergence"}, "divergence"),
)  # fmt: skip
