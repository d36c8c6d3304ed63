"""The training of an experiment, from its data to what is said of the run. Files marked * import Keras.

data                what an experiment trains on, holds out, and probes
cost                what a run will cost, estimated before it starts
hindrance *         why a model of pasted code cannot be trained here
program *           one epoch of an experiment, compiled into one function
repeatable_names *  names that a program has in every process
program_cache       compiled programs, kept in files
trainer *           runs chunks of epochs, from one state to the next
carried *           states that are carried from batch to batch
probe_grids *       what flows within a model for the probe, as a compiled epoch gives it
decoding *          a decoder that is fed its own outputs
checkpoint          a run's state as bytes
batches *           one epoch batch by batch: what each of them changed
slow_motion         one batch in four phases, each with what it changes
gradient_norms *    the norm of each layer's gradient over a training
gradient_words      what stands beside gradients, in sentences
reach               how far back a loss reaches, in a sentence
narration           what happened in a run, in sentences
"""
