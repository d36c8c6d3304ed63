"""Which names pasted code may use, and which are refused: an allow-list."""

from __future__ import annotations

import sys

# Layers that are made and called. What runs a function of the code (Lambda), loads something (TFSMLayer), looks words up in
# a file or belongs to another library is not among them.
LAYERS = frozenset(
    (
        *("Activation", "ActivityRegularization", "Add", "AdditiveAttention", "AlphaDropout", "Attention", "Average"),
        *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D"),
        *("BatchNormalization", "Bidirectional", "CategoryEncoding", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D"),
        *("Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Convolution1D"),
        *("Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose", "Convolution3D", "Convolution3DTranspose"),
        *("Cropping1D", "Cropping2D", "Cropping3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout", "ELU"),
        *("EinsumDense", "Embedding", "Flatten", "GELU", "GRU", "GRUCell", "GaussianDropout", "GaussianNoise"),
        *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D"),
        *("GlobalAvgPool2D", "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D"),
        *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GroupNormalization", "GroupQueryAttention"),
        *("Identity", "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "MaxPool1D", "MaxPool2D"),
        *("MaxPool3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MultiHeadAttention"),
        *("Multiply", "PReLU", "Permute", "RMSNormalization", "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape"),
        *("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D", "SimpleRNN"),
        *("SimpleRNNCell", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "SpectralNormalization"),
        *("StackedRNNCells", "Subtract", "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D"),
        *("UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Normalization", "Resizing", "CenterCrop"),
        *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
        "TextVectorization",
    )
)
MERGES = {
    **{name: name.capitalize() for name in ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply")},
    "subtract": "Subtract",
}
# Operations that shape or combine tensors, and cannot run anything else.
OPERATIONS = frozenset(
    (
        *("abs", "add", "amax", "amin", "argmax", "average", "broadcast_to", "cast", "clip", "concatenate", "cos", "cumsum"),
        *(
            "power",
            "divide",
            "dot",
            "einsum",
            "elu",
            "equal",
            "exp",
            "expand_dims",
            "flip",
            "gelu",
            "greater",
            "hstack",
            "identity",
        ),
        *("leaky_relu", "less", "log", "log_softmax", "logical_and", "logical_not", "logical_or", "matmul", "max"),
        *("maximum", "mean", "min", "minimum", "moveaxis", "multiply", "negative", "norm", "not_equal", "ones_like", "pad"),
        *("permute", "prod", "ravel", "relu", "repeat", "reshape", "reverse", "roll", "selu", "sigmoid", "sign", "silu"),
        *("sin", "slice", "softmax", "softplus", "sqrt", "square", "squeeze", "stack", "stop_gradient", "std", "subtract"),
        *("sum", "swapaxes", "swish", "take", "tanh", "tensordot", "tile", "transpose", "tril", "triu", "unstack", "var"),
        *("vstack", "where", "zeros_like", "absolute", "all", "any", "arctan", "argmin", "argsort", "ceil", "count_nonzero"),
        *("cumprod", "diff", "erf", "expm1", "floor", "floor_divide", "full_like", "greater_equal", "hard_sigmoid"),
        *("inner", "isfinite", "isinf", "isnan", "less_equal", "log10", "log1p", "log2", "logsumexp", "mod", "nan_to_num"),
        *("normalize", "one_hot", "outer", "reciprocal", "relu6", "round", "rsqrt", "softsign", "sort", "split", "top_k"),
        *("true_divide", "logaddexp", "celu", "log_sigmoid", "take_along_axis", "average_pool", "max_pool", "vdot"),
    )
)
# TensorFlow functions that learners call on Keras tensors, and what takes them today.
TENSORFLOW_OPERATIONS = {
    **{name: name for name in sorted(OPERATIONS - {"reverse", "shape", "mean", "sum", "max", "min"})},
    "concat": "concatenate",
    "reverse": "flip",
    "pow": "power",
    "clip_by_value": "clip",
    **{f"reduce_{name}": name for name in ("max", "mean", "min", "prod", "sum")},
    **{f"math.reduce_{name}": name for name in ("max", "mean", "min", "prod", "sum", "std")},
    **{f"math.{name}": name for name in ("abs", "add", "cos", "divide", "exp", "log", "maximum", "minimum", "multiply")},
    **{f"math.{name}": name for name in ("sigmoid", "sign", "sin", "sqrt", "square", "subtract", "tanh", "softplus")},
    "math.pow": "power",
    "math.rsqrt": "sqrt",
    **{
        f"nn.{name}": name
        for name in ("elu", "gelu", "leaky_relu", "log_softmax", "relu", "selu", "sigmoid", "silu", "softmax")
    },
    **{f"nn.{name}": name for name in ("softplus", "swish", "tanh")},
    **{f"linalg.{name}": name for name in ("matmul", "norm", "einsum")},
    **{f"math.{name}": name for name in ("equal", "not_equal", "greater", "less", "logical_not", "cumsum", "floor", "ceil")},
    **{f"math.{name}": name for name in ("greater_equal", "less_equal", "reciprocal", "argmax", "argmin", "log1p", "expm1")},
    **{f"nn.{name}": name for name in ("relu6", "softsign", "log_sigmoid")},
    "gather": "take",
    "nn.l2_normalize": "identity",
    "math.l2_normalize": "identity",
    "nn.dropout": "identity",
}
# The same for the functions of Keras's old backend.
BACKEND_OPERATIONS = {
    **{name: name for name in sorted(OPERATIONS)},
    "permute_dimensions": "transpose",
    "pow": "power",
    "l2_normalize": "identity",
    "dropout": "identity",
    "reverse": "flip",
    "batch_flatten": "ravel",
}
INITIALIZERS = ("initializers", "regularizers", "constraints")
# Parts of Keras that change no shape: their values are passed around and never made.
QUIET = ("callbacks", "optimizers", "metrics", "mixed_precision", "random", "config", "distribution", "dtype_policies")
REFUSED_BUILTINS = frozenset(
    (
        *("open", "exec", "eval", "compile", "input", "globals", "locals", "vars", "getattr", "setattr", "delattr"),
        *("breakpoint", "exit", "quit", "memoryview", "help"),
    )
)
# Modules whose functions reach outside of the model.
REFUSED_MODULES = frozenset(
    (
        *("os", "sys", "subprocess", "shutil", "socket", "ctypes", "pickle", "joblib", "importlib", "builtins", "requests"),
        *("urllib", "http", "pathlib", "io", "tempfile", "multiprocessing", "threading", "asyncio", "signal", "glob"),
        *("zipfile", "h5py", "marshal", "shelve", "sqlite3", "webbrowser", "runpy", "code", "inspect", "gc"),
    )
)
# Packages of which no class is a layer, and no function gives a tensor of Keras.
_WITHOUT_LAYERS = ("pandas", "sklearn", "matplotlib", "seaborn", "plotly", "IPython", "tqdm", "absl", "shap", "lime")


def of_unknown_package(path: str) -> bool:
    """Whether a path leads into a package that may have layers of Keras, and of which nothing is known.

    >>> of_unknown_package("tcn.TCN"), of_unknown_package(".blocks.encoder"), of_unknown_package("functools.reduce")
    (True, True, False)
    """
    top, dot, _ = path.partition(".")
    return bool(dot) and (not top or top.isidentifier()) and not of_python(top) and top not in _WITHOUT_LAYERS


def of_python(path: str) -> bool:
    """Whether a path leads into Python's own library, or to what is never called."""
    top = path.partition(".")[0]
    return top in sys.stdlib_module_names or top in REFUSED_MODULES


# Functions that read or write files or the network, whatever module they stand in.
FILES = frozenset(
    (
        *("load", "loads", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap", "save", "savez", "savez_compressed"),
        *("savetxt", "read_csv", "read_excel", "read_json", "read_pickle", "read_parquet", "read_sql", "read_table"),
        *("to_csv", "to_pickle", "load_model", "save_model", "load_weights", "save_weights", "load_data", "get_file"),
        *("urlopen", "urlretrieve", "open_memmap", "load_dataset", "image_dataset_from_directory"),
        *("text_dataset_from_directory", "imread", "imwrite", "savefig", "export"),
    )
)
