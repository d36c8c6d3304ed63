"""Real Keras models of experiments, and what flows through them. All of it but this file imports Keras.

build             a seeded model that keeps its architecture's promise
setting_symbols   which setting of an experiment every axis and every weight follows
variants/         a model with one setting changed
cell_steps        what a recurrent cell computes at one timestep, gate by gate
recurrence        a recurrent layer stepped through on its own weights, as tensors
numpy_recurrence  the same in NumPy, for speed
activations       the real numbers that flow through a model
masked            which timesteps of real sequences are masked
carried           one sequence through a model that carries its states
layer_views       real numbers that show what one layer does
attention         the weights of an attention layer, per head
inside            hidden states, cell states and gates of a recurrent layer
look_inside       what a recurrent layer held for one probe sequence
walk              what every recurrent layer computes at each timestep of one sequence
fold_time         time joined to the batch, where that changes nothing
through_time      how strongly a loss depends on earlier timesteps
one_batch         one batch in slow motion
other_cells       the same model with another cell
"""
