"""Tensors with a name and a symbolic size for each axis, and such sizes in words. Nothing here knows a class of layer.

symbols   sizes in symbols: 2 · U, T − 2
tensor    a shape with a name for each axis, and the call of a layer
grid      one sequence's numbers of a tensor as a grid
text      counts with their nouns, verbs that agree, and what became of axes
"""
