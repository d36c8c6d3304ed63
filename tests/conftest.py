"""TensorFlow as workers have it, in the tests too: one thread to an operation, so that sums agree bit for bit."""

from __future__ import annotations

from explorer import work

work.warm()
