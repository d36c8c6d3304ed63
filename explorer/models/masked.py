"""Which timesteps of real sequences are masked, of every tensor that a mask comes with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import mask_of
from explorer.layers.base import MASK_MAKERS, class_name
from explorer.models.activations import run
from explorer.shapes.graph import calls, source_name
from explorer.shapes.mask_flow import mask_flow
from explorer.shapes.model_shapes import ModelShapes
from explorer.tensors.grid import grid_layout, named_tensors, tensor_name


def masked_timesteps(model: keras.Model, inputs: Any) -> dict[str, np.ndarray]:
    """Which timesteps count of every tensor that a mask comes with, (samples, timesteps), true where one counts; by its
    name. An input has the mask that a layer makes of it.

    Only of masks that follow from the inputs alone: one that a layer makes of what others computed may change with every
    epoch. inputs: as for `run`. Nothing is computed for a model without masks.
    """
    steps = calls(model)
    flow = mask_flow(model, steps)
    sources = {source_name(tensor) for tensor in model.inputs}
    # A mask is fixed where whoever made it reads an input, and it was passed on since.
    fixed: dict[str, bool] = dict.fromkeys(sources, True)
    for call in steps:
        makes = call.name in flow and any(flow[call.name].goes) and class_name(call.layer) in MASK_MAKERS
        before = [fixed.get(each.name, False) and (not makes or each.name in sources) for each in call.origins]
        fixed[call.name] = any(flow[call.name].goes) and all(before)
    if not any(fixed[call.name] for call in steps):
        return {}
    given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if any(tensor.shape[0] not in (None, len(array)) for tensor, array in zip(model.inputs, given, strict=True)):
        # A model with a batch size of its own takes no other number of sequences.
        return {}
    found = run(model, given)
    masks = {}
    for call in steps:
        for place, tensor in enumerate(call.outputs):
            mask = found.get(id(mask_of(tensor)))
            if fixed[call.name] and flow[call.name].goes[place] and mask is not None and len(mask.shape) == 2:
                masks[tensor_name(call.name, place)] = np.asarray(mask).astype(bool)
                if call.reads[0] in sources and class_name(call.layer) in MASK_MAKERS:
                    masks[call.reads[0]] = np.asarray(mask).astype(bool)
    return masks


def drawn_masks(description: ModelShapes, masks: Mapping[str, np.ndarray]) -> dict[str, tuple[tuple[int, ...], ...]]:
    """For each sequence 1 where a drawn column of a tensor's grid counts and 0 where it is masked, by the tensor's name."""
    named = [(each.name, each.shape, each.axes) for each in description.sources]
    for layer in description.layers:
        named += named_tensors(layer.name, layer.output, layer.axes_out)
    found = {}
    for name, shape, axes in named:
        layout = grid_layout(shape, axes)
        if name in masks and layout is not None and masks[name].shape[1] == layout.of_columns:
            found[name] = tuple(map(tuple, masks[name][:, layout.picked[1]].astype(int).tolist()))
    return found
