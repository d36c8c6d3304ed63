"""What can be wrong with shapes, one kind of mistake a module; every rule gives a finding with what may mend it.

words       -> shapes in words
broken      -> what an event that stopped Keras means, by the rules of
               steps, rank, reshaping (axes), merging, states, unpacking, wrappers, embeddings, unknown (open sizes),
               making (arguments), batches, masks, backwards
feeding, ragged        -> whether the data fit the model, and are arrays at all
answers     -> whether answer and target can be compared, with labels (classes), sizes and heads (where an answer comes from)
silent      -> what trains without a word, with batches, masks, backwards, embeddings and states
"""
