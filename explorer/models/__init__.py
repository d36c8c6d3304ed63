"""Real Keras models of experiments, and what flows through them. All of it but this file imports Keras.

build            a seeded model that keeps its architecture's promise
setting_symbols  which setting of an experiment every axis and every weight follows
variants/        a model with one setting changed
activations      the real numbers that flow through a model
layer_views      real numbers that show what one layer does
fold_time        time joined to the batch, where that changes nothing
"""
