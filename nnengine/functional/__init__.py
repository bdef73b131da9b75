"""The engine as plain functions: `..._forward` returns results and a cache, `..._backward` takes the cache.

    rows                 dense layers, losses and normalisation; an example is a row
    columns              dense layers and losses; an example is a column, gradients are averaged
    images               convolution and pooling, NHWC and NCHW
    recurrent_rows       RNN, LSTM and GRU steps and sequences; an example is a row
    recurrent_columns    RNN and LSTM steps and sequences; an example is a column
    updates              what an optimiser does to one parameter

Many courses teach with one of these two layouts. The functions compute what the layers do and are tested to
equal them; they are meant to be read, and to grade by. A cache is whatever `backward` needs: pass it on
unopened.
"""
