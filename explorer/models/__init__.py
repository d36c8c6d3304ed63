"""Real Keras models of experiments, and what flows through them. All of it but this file imports Keras.

build            a seeded model that keeps its architecture's promise
setting_symbols  which setting of an experiment every axis and every weight follows
variants/        a model with one setting changed
cell_steps       what a recurrent cell computes at one timestep, gate by gate
recurrence       a recurrent layer stepped through on its own weights
activations      the real numbers that flow through a model
layer_views      real numbers that show what one layer does
inside           hidden states, cell states and gates of a recurrent layer
fold_time        time joined to the batch, where that changes nothing
through_time     how strongly a loss depends on earlier timesteps
"""
