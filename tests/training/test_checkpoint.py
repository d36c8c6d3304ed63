"""A packed state comes back as it was, whatever its variables are, and another one is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from explorer.training.checkpoint import epoch_of, pack, unpack

KINDS = some.sampled_from([np.dtype(kind) for kind in ("float32", "float16", "int64", "int32", "uint32", "bool")])
SHAPES = some.lists(some.integers(0, 4), max_size=3).map(tuple)


@given(some.lists(some.tuples(KINDS, SHAPES), max_size=6), some.integers(0, 10**6), some.integers(0, 2**32 - 1))
def test_a_state_comes_back_as_it_was(variables, epoch, seed):
    rng = np.random.default_rng(seed)
    values = [rng.integers(0, 100, shape).astype(kind) for kind, shape in variables]
    state = pack(values, epoch)
    found, found_epoch = unpack(state, [np.zeros_like(value) for value in values])
    assert (found_epoch, epoch_of(state)) == (epoch, epoch)
    for one, other in zip(found, values, strict=True):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


@pytest.mark.parametrize("change", [lambda state: state[:-1], lambda state: state + b"\0", lambda state: state[:12]])
def test_a_state_of_another_model_is_refused(change):
    state = change(pack([np.zeros(3, np.float32)], 1))
    with pytest.raises(ValueError, match="The stored state belongs to another model: it has"):
        unpack(state, [np.zeros(3, np.float32)])


@pytest.mark.parametrize("junk", [b"", b"seq1", b"something else altogether"])
def test_bytes_that_are_no_state_are_refused(junk):
    with pytest.raises(ValueError, match="cannot be read"):
        epoch_of(junk)
