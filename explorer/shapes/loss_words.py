"""What each timestep weighs in the loss, by the mask that comes with a model's output."""

from __future__ import annotations

COUNTS = "In the loss masked timesteps weigh nothing, and all others of a batch weigh the same: it is the mean over them"
COUNTS_ALL = "The output has no mask, so that padded timesteps weigh as much in the loss as all others"


def loss_words(goes: bool, has_steps: bool, any_mask: bool) -> str:
    """goes: whether a mask comes with the output. has_steps: whether it has timesteps. any_mask: whether there is one at all
    in the model. Empty where nothing need be said.

    Keras's losses take the mask of the output for weights: https://keras.io/guides/understanding_masking_and_padding/
    """
    if goes and has_steps:
        return COUNTS
    return COUNTS_ALL if has_steps and any_mask else ""
