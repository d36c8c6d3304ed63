"""The process that a worker is: TensorFlow with its settings, imported once."""

from __future__ import annotations

import gc
import os
import threading

from explorer.runtime.jobs.quiet import quiet

# One thread to an operation: two workers fill two cores, and sums are always taken in the same order.
# oneDNN's kernels are switched off for the same reason: some choose their order by what else the machine does.
ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    # LLVM's cheapest level that still vectorizes: a fifth less to wait for a compiled epoch, which is no slower by it.
    # And the analysis that sees what a loop over time may write in place: without it every step copies the whole sequence
    # of memories, and the time of an epoch grows with the square of the timesteps.
    "XLA_FLAGS": "--xla_backend_optimization_level=1 --xla_cpu_copy_insertion_use_region_analysis=true",
}
_warming = threading.Lock()
_warmed: set[int] = set()


def warm() -> int:
    """Import TensorFlow and Keras with the settings of a worker; returns the process id."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with _warming:
        if os.getpid() not in _warmed:
            with quiet():
                _import_tensorflow()
            _warmed.add(os.getpid())
            # What is imported stays: looking through TensorFlow's many objects for garbage takes 0.2 s each time. Just once
            # in a process: what is in use when it is frozen, a model in another thread too, is never collected.
            gc.collect()
            gc.freeze()
    return os.getpid()


def _import_tensorflow() -> None:
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # Somebody has used TensorFlow in this process already; its threads are set for good.
    import explorer.models.activations
    import explorer.models.build
    import explorer.models.layer_views
    import explorer.models.masked
    import explorer.models.setting_symbols
    import explorer.models.variants
    import explorer.shapes.describe_model
    import explorer.training.hindrance
    import explorer.training.trainer  # noqa: F401
