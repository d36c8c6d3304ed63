"""Images changed before a model reads them: at random during training, so that no epoch sees the same, or to one size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from explorer.description import TimeFlow
from explorer.layers.base import LayerCall, LayerRules, Summary, class_name
from explorer.layers.held import AxisSize
from explorer.layers.spatial import change_of
from explorer.layers.words import same_at_every_step
from explorer.tensors.tensor import Axes, Shape
from explorer.tensors.text import count


class Image(LayerRules):
    """(batch, rows, columns, channels) -> the same axes; https://keras.io/api/layers/preprocessing_layers/.

    Keras takes three axes for one image, without a batch: that is not covered.
    """

    family = "image"

    def covers(self, call: LayerCall) -> bool:
        along = [call.first.axes[place] for place in self.places(call.layer) if len(call.first.axes) == 4]
        return super().covers(call) and along == ["rows", "columns"]

    def places(self, layer: Any) -> tuple[int, int]:
        """Where the rows and the columns are."""
        return (1, 2) if getattr(layer, "data_format", "channels_last") == "channels_last" else (2, 3)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        if rank != 4:
            return None
        pixels = ("rows", "columns")
        return ("batch", *pixels, "channels") if self.places(layer) == (1, 2) else ("batch", "channels", *pixels)

    def time_flow(self, call: LayerCall) -> TimeFlow:
        return same_at_every_step(call.first)


class RandomImage(Image):
    """Nothing is changed in a prediction."""

    keeps_axes = True
    verbs: ClassVar[Mapping[str, str]] = {
        "RandomFlip": "flips",
        "RandomRotation": "rotates",
        "RandomZoom": "zooms into or out of",
        "RandomTranslation": "shifts",
        "RandomContrast": "changes the contrast of",
    }
    classes = tuple(verbs)

    def summary(self, call: LayerCall) -> Summary:
        words = f"{self.verbs[class_name(call.layer)]} images at random during training"
        return Summary(words, words)


class SizedImage(Image):
    """Resizing interpolates between the pixels; CenterCrop keeps those in the middle."""

    classes = ("Resizing", "CenterCrop")
    title_arguments = ("height", "width")

    def covers(self, call: LayerCall) -> bool:
        """CenterCrop enlarges what is smaller than the middle that it is to keep."""
        if class_name(call.layer) == "Resizing" or not super().covers(call):
            return super().covers(call)
        sizes = [call.first.shape[place] for place in self.places(call.layer)]
        wanted = (call.layer.height, call.layer.width)
        return all(size is not None and size >= least for size, least in zip(sizes, wanted, strict=True))

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes]:
        return [call.first.axes]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]]:
        sizes: list[AxisSize] = list(call.first.sizes)
        rows, columns = self.places(call.layer)
        sizes[rows], sizes[columns] = call.layer.height, call.layer.width
        return [sizes]

    def summary(self, call: LayerCall) -> Summary:
        change = change_of(call)
        size = f"{count(call.layer.height, 'rows')} and {count(call.layer.width, 'columns')}"
        if class_name(call.layer) == "Resizing":
            return Summary("resizes images", f"resizes every image to {size}", change)
        return Summary("keeps the middle of images", f"keeps the middle of every image, {size}", change)
