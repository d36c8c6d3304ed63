"""The families of layers that the checker of code asks for hold all that was once listed by hand."""

from __future__ import annotations

import pytest

from explorer.layers.base import RULES
from explorer.snippet.diagnose.rules.output_layer import READING
from explorer.snippet.diagnose.running import _STEPPED
from explorer.snippet.reader import families

# As they were listed, by the names that Keras's classes have themselves: what stood there under another name never matched.
LISTED = {
    "RECURRENT": ("GRU", "LSTM", "SimpleRNN", "RNN"),
    "CONV_RECURRENT": ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    "CELLS": ("GRUCell", "LSTMCell"),
    "CONVOLUTION": ("Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D"),
    "POOLING": ("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"),
    "KEEPING": (
        *("Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianDropout"),
        *("GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "LeakyReLU", "Masking", "PReLU"),
        *("RMSNormalization", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "UnitNormalization"),
    ),
    "FLATTENING": ("Flatten", "GlobalAveragePooling1D", "GlobalMaxPooling1D"),
    "SEQUENCE": (
        *("GRU", "LSTM", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional", "Conv1D"),
        *("SeparableConv1D", "Conv1DTranspose", "MaxPooling1D", "AveragePooling1D", "GlobalAveragePooling1D"),
        *("GlobalMaxPooling1D", "MultiHeadAttention", "Attention", "AdditiveAttention", "SpatialDropout1D", "UpSampling1D"),
        *("ZeroPadding1D", "Cropping1D", "GroupedQueryAttention", "DepthwiseConv1D"),
    ),
    "MERGING": ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"),
    "ATTENTION": ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupedQueryAttention"),
    "READING_MASK": (
        *("GRU", "LSTM", "SimpleRNN", "RNN", "GlobalAveragePooling1D", "Attention", "AdditiveAttention"),
        "MultiHeadAttention",
    ),
    "TRUSTED": (
        *("Activation", "Add", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "Average", "BatchNormalization"),
        *("Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Cropping1D", "Cropping2D"),
        *("Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dropout", "ELU", "Embedding", "Flatten", "GaussianDropout"),
        *("GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"),
        *("LayerNormalization", "LeakyReLU", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum"),
        *("Multiply", "PReLU", "Permute", "RMSNormalization", "ReLU", "RepeatVector", "Rescaling", "Reshape"),
        *("SeparableConv1D", "SeparableConv2D", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "Subtract"),
        *("UnitNormalization", "UpSampling1D", "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D", "Identity", "Masking"),
    ),
}


@pytest.mark.parametrize("name", LISTED)
def test_what_was_listed_follows_from_the_rules(name):
    assert set(LISTED[name]) - getattr(families, name) == set()


def test_what_no_rule_says_is_in_no_family():
    for name in LISTED:
        assert getattr(families, name) <= set(RULES)
    # Recurrent layers are trusted by what comes in, and attention never is.
    assert not families.TRUSTED & (families.RECURRENT | families.ATTENTION | families.CONV_RECURRENT)
    assert {"GRU", "LSTM", "SimpleRNN", "Bidirectional"} == _STEPPED
    images = {name for name in RULES if "2D" in name or "3D" in name}
    assert not (families.SEQUENCE - families.CONV_RECURRENT) & images
    assert {"Attention", "AdditiveAttention", "MultiHeadAttention", "Conv1D", "SeparableConv1D"} <= READING
