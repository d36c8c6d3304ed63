"""What the names of Keras, TensorFlow and NumPy do in pasted code: layers are made and called by Keras itself.

Everything happens in a scope in which Keras makes no weights (`explorer.snippet.stateless_scope`), so a model of any
size costs only its graph.

paths        -> where names of Keras stand today
old          -> what Keras 1 and 2 called otherwise, noted with the change of the code
imports      -> what imports bind
attributes   -> what stands behind a dot
constants    -> arrays beside symbolic tensors
calling      -> calls on symbolic tensors
layers       -> layers and Inputs
models       -> Sequential and functional models
methods      -> compile, fit, and methods of plain values
utilities    -> functions that shape data or tensors
calls        -> which of these a call is for
"""
