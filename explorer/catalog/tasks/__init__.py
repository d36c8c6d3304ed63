"""One small file a task, numpy only: the function is the entry, and `explorer.catalog` finds it by its file's name."""

# The order in the page's list; a file that is not named here comes after, by name.
ORDER = (
    "delayed_echo",
    "pointwise",
    "running_mean",
    "look_ahead",
    "reverse",
    "sine_forecast",
    "noise",
    "long_sum",
    "parity",
    "adding_problem",
    "temporal_order",
    "two_streams_sum",
    "two_streams_product",
    "longest_window",
    "longest_document",
    "moving_dot",
    "majority",
    "bracket_depth",
    "symbol_reverse",
    "symbol_addition",
)
