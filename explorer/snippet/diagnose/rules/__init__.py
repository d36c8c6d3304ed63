"""What can be wrong with shapes, one kind of mistake a module; every rule gives a finding with what may fix it.

shape_text  -> shapes in words, each axis by the name that the report has for it
broken      -> what an event that stopped Keras means, by the rules of
               steps, ndim, reshaping (axes), merging, states, unpacking, wrappers, embeddings, unknown (open sizes),
               constructor (arguments), batches, masks, backwards, compiling (names), none_value
feeding, ragged        -> whether the data fit the model, and are arrays at all
answers     -> whether output and target can be compared, with labels (classes), sizes and output_layer
compiling   -> losses, optimizers, metrics and activations that Keras does not have
several_outputs        -> losses, their weights, metrics and targets of several outputs: one for each
output_order           -> the same in the order of other outputs
fits        -> what every fit, evaluate and predict is given beside that, with weights (of samples)
silent      -> mistakes without an error of Keras, with activations, batches, masks, backwards, embeddings, reshaping, states
"""
