"""Families of layers, by what they do to the axes of what they are given."""

from __future__ import annotations

RECURRENT = ("GRU", "LSTM", "SimpleRNN", "RNN")
CONV_RECURRENT = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
# Layers that leave every axis where it is.
KEEPING = frozenset(
    (
        *("Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianDropout"),
        *("GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "LeakyReLU", "Masking", "PReLU"),
        *("RMSNormalization", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "UnitNormalization"),
    )
)
# Layers that make one vector of a sequence.
FLATTENING = frozenset(("Flatten", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "GlobalAvgPool1D", "GlobalMaxPool1D"))
# Layers that read timesteps.
SEQUENCE = frozenset(
    (
        *RECURRENT,
        *CONV_RECURRENT,
        *("Bidirectional", "Conv1D", "Convolution1D", "SeparableConv1D", "Conv1DTranspose", "MaxPooling1D"),
        *("AveragePooling1D", "MaxPool1D", "AvgPool1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "GlobalAvgPool1D"),
        *("GlobalMaxPool1D", "MultiHeadAttention", "Attention", "AdditiveAttention", "SpatialDropout1D", "UpSampling1D"),
        *("ZeroPadding1D", "Cropping1D", "GroupQueryAttention", "DepthwiseConv1D"),
    )
)
MERGING = frozenset(("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"))
ATTENTION = frozenset(("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"))
