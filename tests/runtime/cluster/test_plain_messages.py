"""What a worker raises of Keras reaches a learner as one plain line."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.runtime.jobs.jobs import with_plain_errors


@with_plain_errors
def call_wrongly() -> None:
    frames = keras.Input((4, 2))
    model = keras.Model(frames, layers.GRU(3)(frames))
    layers.Concatenate()([model(np.ones((1, 4, 2))), np.ones((2, 3))])


def test_a_message_of_keras_has_one_line_and_no_colours():
    with pytest.raises(Exception, match="oncat") as raised:
        call_wrongly()
    message = str(raised.value)
    assert "\x1b" not in message
    assert "\n" not in message
    assert "Arguments received" not in message


def test_a_plain_message_stays_as_it_is():
    @with_plain_errors
    def refuse() -> None:
        raise ValueError("The model has no  recurrent layer.")

    with pytest.raises(ValueError, match=r"^The model has no  recurrent layer\.$"):
        refuse()
