"""What flows through a model for the probe, as a compiled epoch gives it: the grids of all layers, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES
from explorer.shapes.describe_model import describe
from explorer.tensors.grid import GridLayout, grid_layout, named_tensors


class ProbeGrids:
    """outputs: the tensor for each output of each call of a layer, by name.

    tensors: those of them that are wanted of the model, in the order of its description; none where it is not known how
    one of them is laid out.
    """

    def __init__(self, model: keras.Model, outputs: Mapping[str, Any]) -> None:
        layers = describe(model).layers
        named = [each for layer in layers for each in named_tensors(layer.name, layer.output, layer.axes_out)]
        layouts = [grid_layout(shape, axes) for _, shape, axes in named]
        self._layouts = [layout for layout in layouts if layout is not None]
        are_known = len(self._layouts) == len(layouts)
        self.tensors = [outputs[name] for name, _, _ in named] if are_known else []

    def of(self, values: Sequence[tf.Tensor]) -> tf.Tensor:
        """The grids of the probe, which comes in `values` behind what is held out: (sequences, numbers) float32, one grid
        after the other, each row by row. Without numbers where one of the tensors cannot be laid out."""
        laid = [_laid(value, layout) for value, layout in zip(values, self._layouts, strict=False)]
        if not laid or any(each is None for each in laid):
            return tf.zeros((PROBE_SEQUENCES, 0))
        return tf.concat(laid, axis=1)


def _laid(value: tf.Tensor, layout: GridLayout) -> tf.Tensor | None:
    """A tensor's grids, (sequences, rows * columns); None where it is of no numbers, or its first axis is not the batch."""
    numbers = value.dtype.is_floating or value.dtype.is_integer or value.dtype.is_bool
    if not numbers or not value.shape.rank or value.shape[0] != HELD_OUT_SAMPLES + PROBE_SEQUENCES:
        return None
    probe = tf.cast(value[HELD_OUT_SAMPLES:], tf.float32)
    if probe.shape.num_elements() != PROBE_SEQUENCES * layout.of_rows * layout.of_columns:
        return None
    grid = tf.reshape(probe, (PROBE_SEQUENCES, layout.of_columns, layout.of_rows))
    rows, columns = layout.picked
    if len(columns) < layout.of_columns:
        grid = tf.gather(grid, columns, axis=1)
    if len(rows) < layout.of_rows:
        grid = tf.gather(grid, rows, axis=2)
    return tf.reshape(tf.transpose(grid, (0, 2, 1)), (PROBE_SEQUENCES, -1))


def packed(numbers: np.ndarray) -> bytes:
    """Numbers as float16, little-endian; one that is not finite is 0, one that is too large the largest."""
    largest = np.finfo(np.float16).max
    found: bytes = np.clip(np.nan_to_num(numbers, nan=0.0), -largest, largest).astype("<f2").tobytes()
    return found
