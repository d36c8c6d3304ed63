"""The words that a learner needs, each in one or two sentences: for the page, and for docs/glossary.md.

`python -m scripts.glossary` writes what is made from them.
"""

from __future__ import annotations

import json

GLOSSARY: dict[str, str] = {
    "batch": "The sequences that the model sees before its weights change once. It is the first axis of every shape.",
    "sample": "One example of the data: here one sequence with its target.",
    "timestep": "One moment of a sequence, such as one day of a temperature curve. A sequence has its timesteps in order.",
    "feature": "One of the numbers that the input has at each timestep, such as temperature and wind: two features.",
    "unit": "One number of a layer's output. A recurrent layer with 32 units has a hidden state of 32 numbers.",
    "hidden state": "What a recurrent layer carries from timestep to timestep, and what it returns: one number per unit.",
    "cell state": "A second state of an LSTM, which carries information for longer. return_sequences never returns it.",
    "gate": "A part of a GRU or an LSTM that decides, by numbers from 0 to 1, how much of a state is kept or replaced.",
    "return_sequences": (
        "With True a recurrent layer returns its hidden state at every timestep, with False only the last one. "
        "The default is False."
    ),
    "return_state": "With True a recurrent layer also returns its last state, or its two last states in an LSTM.",
    "mask": "Marks the timesteps of a sequence that are padding, so that later layers skip them.",
    "padding": "Filling sequences, often with zeros, so that all have the same number of timesteps.",
    "TimeDistributed": "Applies one layer, with the same weights, to each timestep or window by itself.",
    "Bidirectional": "Runs one recurrent layer forwards and another one backwards over a sequence, and merges both.",
    "parameter": "A number that training changes: a weight or a bias. It does not depend on the number of timesteps.",
    "loss": "How far the outputs are from the targets, as one number. Training makes it smaller.",
    "epoch": "One pass over all training sequences.",
    "held-out": (
        "Data that the model never trains on, also called validation data. The loss on it shows what the model has "
        "learned beyond memorizing."
    ),
    "baseline": "The loss of a simple rule, such as always predicting the mean. A model that learned something is below.",
    "ndim": "How many axes (dimensions) a tensor has: a batch of sequences, (batch, timesteps, features), has ndim=3.",
}


def markdown() -> str:
    """The glossary as a page of the documentation."""
    words = "\n".join(f"| **{word}** | {meaning} |" for word, meaning in GLOSSARY.items())
    return (
        "# Glossary\n\nThe words of the page, in the order in which you meet them.\n\n"
        f"| word | meaning |\n|---|---|\n{words}\n"
    )


def module() -> str:
    """The glossary as a module of the front end."""
    entries = "".join(f"  {json.dumps(word)}: {json.dumps(meaning)},\n" for word, meaning in GLOSSARY.items())
    return (
        "// What words mean, for whoever points at them. Made by `python -m scripts.glossary` from explorer/glossary.py.\n\n"
        f"/** @type {{Record<string, string>}} */\nexport const GLOSSARY = {{\n{entries}}};\n"
    )
