"""What each layer of a model receives and returns, and why: the machinery, which knows no class of layer.

In the order to read it; only `describe_model` imports Keras.

graph              the calls of layers between a model's inputs and outputs
axes               the names of the axes that a layer returns
axis_sizes         how long they are, in symbols
parameters         how the number of its weights comes about
weights            what its weights are called and what their axes mean
time_flow          the ways of moving along time, and what is said of each
unrolled           the model over time, a cell for each layer and timestep
explanation        all of it for other programs, and as text
captions           what the page shows, copies and reads aloud beside the shapes
model_shapes       the description of a model as values, and the same written out
describe_model *   what each layer receives and returns: all of that together
layer_differences  how a layer differs from the one of the same name in another model
compare            where two models differ first, and why
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.interface import explain
    from explorer.shapes.describe_model import describe

__all__ = ["describe", "explain"]


def __getattr__(name: str) -> Any:
    # The server reads descriptions and must not import Keras: only who describes a model does.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    holder = {"describe": "explorer.shapes.describe_model", "explain": "explorer.interface"}[name]
    return getattr(import_module(holder), name)
