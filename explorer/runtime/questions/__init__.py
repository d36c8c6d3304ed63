"""What is asked of workers beside training: shapes, checks, fixes tried, tensors of an epoch; and what was answered.

In the order to read it:

replayed        what a replay gives to whoever asked
replays         the tensors of a run at any epoch, stored or trained again, the batches of an epoch, and what its recurrent
                layers compute at every timestep
slow_motions    one batch of a run in four phases
gradients       the gradient through time of a run, beside the same with other cells; the norms of its layers' gradients
queries         shapes, comparisons and checks, asked of workers and kept
model_files     trained models as files of Keras
trials          fixes of pasted code, tried while they are read
measuring       measures what the table “Who can?” lacks, while nobody asks
describe_catalog describes what pages open with, at the set-up or while nobody asks
"""
