"""What Keras 1 and 2 called otherwise, and what it is called today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from explorer.snippet.reader.families import CELLS, CONV_RECURRENT, CONVOLUTION, POOLING, RECURRENT, SEQUENCE

# Modules that are gone: what stood in them stands in the module on the right.
MODULES = {
    **{
        f"keras.layers.{name}": "keras.layers"
        for name in (
            *("core", "recurrent", "recurrent_v2", "wrappers", "embeddings", "normalization", "convolutional", "pooling"),
            *("merge", "advanced_activations", "noise", "local", "convolutional_recurrent", "cudnn_recurrent", "attention"),
            *("rnn", "reshaping", "regularization", "activation", "merging"),
        )
    },
    "keras.layers.experimental": "keras.layers",
    "keras.layers.experimental.preprocessing": "keras.layers",
    "keras.engine": "keras.layers",
    "keras.engine.topology": "keras.layers",
    "keras.engine.input_layer": "keras.layers",
    "keras.engine.training": "keras.models",
    "keras.engine.sequential": "keras.models",
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.vis_utils": "keras.utils",
    "keras.utils.generic_utils": "keras.utils",
    "keras.preprocessing": "keras.utils",
    "keras.preprocessing.sequence": "keras.utils",
    "keras.optimizers.legacy": "keras.optimizers",
    **{f"keras.optimizers.{name}": "keras.optimizers" for name in ("adam_v2", "gradient_descent_v2", "rmsprop_v2")},
    "keras.optimizer_v2": "keras.optimizers",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.objectives": "keras.losses",
}
# Classes and functions that are gone. `{}` stands for the arguments.
CLASSES = {
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "TimeDistributedDense": "TimeDistributed(Dense)",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "merge": "merge",
}
# The modes of `merge`, and the functions that they are today.
MERGE_MODES = {
    "concat": "concatenate",
    "sum": "add",
    "mul": "multiply",
    "ave": "average",
    "max": "maximum",
    "dot": "dot",
}
# Layers with the arguments of a recurrent one: Bidirectional passes them on.
_WITH_CELLS = RECURRENT | CONV_RECURRENT | CELLS | {"Bidirectional"}
_POOLED = {"Avg": "Average", "Max": "Max"}
_RENAMED_EVERYWHERE = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "U_constraint": "recurrent_constraint",
    "bias": "use_bias",
}
_RENAMED_RECURRENT = {
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "nb_units": "units",
    "num_units": "units",
}
_RENAMED_CONVOLUTION = {
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "nb_filters": "filters",
    "dim_ordering": "data_format",
}
_RENAMED_POOLING = {"pool_length": "pool_size", "stride": "strides", "border_mode": "padding", "dim_ordering": "data_format"}
# Arguments that said how to compute, or what is gone: leaving them out changes no shape.
_GONE = {
    *("consume_less", "implementation", "dropout_W", "forget_bias_init", "input_length", "inner_dropout", "dim_ordering"),
    *("time_major", "unit_forget_bias_init", "batch_size", "partial_batch", "trainable_weights", "mode"),
}
_VALUES = {"data_format": {"tf": "channels_last", "th": "channels_first"}}
MODEL = {"input": "inputs", "output": "outputs"}
FIT = {"nb_epoch": "epochs", "nb_epochs": "epochs", "nb_worker": None, "samples_per_epoch": "steps_per_epoch"}
FIT_GONE = ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "show_accuracy", "nb_worker", "pickle_safe")
COMPILE_GONE = ("class_mode", "sample_weight_mode", "theano_mode")
OPTIMIZER = {"lr": "learning_rate"}
OPTIMIZER_GONE = ("decay",)
# Methods of models that are gone: what takes their place, or None where the line can go.
METHODS = {
    "fit_generator": "fit",
    "predict_generator": "predict",
    "evaluate_generator": "evaluate",
    "predict_proba": "predict",
    "reset_states": None,
    "predict_classes": "predict",
}


def renamed(kind: str, name: str) -> str | None:
    """What an argument of a layer is called today; "" where it is left out, None where it is not known to be old."""
    tables = [_RENAMED_EVERYWHERE]
    kind = _today(kind)
    if kind in _WITH_CELLS:
        tables.insert(0, _RENAMED_RECURRENT)
    if kind in CONVOLUTION:
        tables.insert(0, _RENAMED_CONVOLUTION)
    if kind in POOLING:
        tables.insert(0, _RENAMED_POOLING)
    if kind == "Dense":
        tables.insert(0, {"output_dim": "units"})
    if kind == "Dropout":
        tables.insert(0, {"p": "rate"})
    if kind == "RepeatVector":
        tables.insert(0, {"num": "n"})
    if kind in ("Concatenate", "Merge"):
        tables.insert(0, {"concat_axis": "axis"})
    if kind == "BatchNormalization":
        tables.insert(0, {"mode": "", "beta_init": "beta_initializer", "gamma_init": "gamma_initializer"})
    if kind == "Embedding":
        tables.insert(0, {"dropout": "", "W_initializer": "embeddings_initializer", "init": "embeddings_initializer"})
    for table in tables:
        if name in table:
            return table[name]
    return "" if name in _GONE else None


def value(name: str, given: Any) -> Any:
    """What a value of a renamed argument is called today."""
    table: Mapping[str, str] = _VALUES.get(name, {})
    return table.get(given, given) if isinstance(given, str) else given


def time_first(kind: str) -> bool:
    """Whether a layer of this kind reads sequences, so that a single `input_dim` is not its whole input."""
    kind = _today(kind)
    return kind in SEQUENCE or kind in _WITH_CELLS or kind == "TimeDistributed"


def _today(kind: str) -> str:
    """A class by its name of today, and not by one of its others."""
    kind = CLASSES.get(kind, kind)
    return re.sub(
        r"^(Global)?(Avg|Max)Pool(\d)", lambda found: f"{found[1] or ''}{_POOLED[found[2]]}Pooling{found[3]}", kind
    )
