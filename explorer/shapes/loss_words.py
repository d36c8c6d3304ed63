"""What each timestep weighs in the loss, by the mask that comes with a model's output."""

from __future__ import annotations

COUNTS = "Masked timesteps are left out of the loss: it is the mean over all other timesteps of a batch"
COUNTS_ALL = "The output has no mask, so that padded timesteps weigh as much in the loss as all others"


def loss_words(goes: bool, has_steps: bool, any_mask: bool) -> str:
    """goes: whether a mask comes with the output. has_steps: whether it has timesteps. any_mask: whether there is one at all
    in the model. Empty where nothing need be said.

    Keras's losses take the mask of the output for weights: https://keras.io/guides/understanding_masking_and_padding/
    """
    if goes and has_steps:
        return COUNTS
    return COUNTS_ALL if has_steps and any_mask else ""
