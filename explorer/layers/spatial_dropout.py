"""Dropout of whole channels: what one filter found is dropped at every position of a picture, or nowhere."""

from __future__ import annotations

from typing import Any

from explorer.layers.base import LayerCall, Summary
from explorer.layers.elementwise import Elementwise
from explorer.layers.spatial import Spatial, channels_of, names_along
from explorer.tensors.tensor import Axes, is_named
from explorer.tensors.text import joined


class SpatialDropout(Elementwise):
    """Tompson et al., https://arxiv.org/abs/1411.4280."""

    classes = ("SpatialDropout2D", "SpatialDropout3D")
    keeps_range = True
    title_arguments = ("rate",)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return Spatial.input_axes(_SPATIAL, layer, rank)

    def summary(self, call: LayerCall) -> Summary:
        channels = channels_of(call.layer, call.first)[0]
        channels = channels if is_named(channels) else "channels"
        names = names_along(call.layer, call.first)
        where = f"all {joined(names)}" if all(map(is_named, names)) and "depth" not in names else "all positions"
        long = f"sets {100 * call.layer.rate:.4g}% of the {channels} to 0 at random during training, over {where} at once"
        return Summary(f"drops whole {channels} during training", long)


_SPATIAL = Spatial()
