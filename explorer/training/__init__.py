"""The training of an experiment, from its data to what is said of the run.

data           what an experiment trains on, holds out, and probes
checkpoint     a run's state as bytes
probe_grids *  what flows within a model for the probe, as a compiled epoch gives it
hindrance *    why a model of pasted code cannot be trained here
trainer *      compiles an epoch once and runs chunks of it; files marked * import Keras
batches        one epoch batch by batch: what each of them changed
cost           what a run will cost, estimated before it starts
narration      what happened in a run, in sentences
"""
