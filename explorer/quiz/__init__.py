"""Questions made from a model, for those who want to predict first and be told then.

values       a question, its choices, and the score of a sitting
facts        what a question needs to know of a layer, and what it tells the reader beforehand
shapes       wrong shapes of what comes out and of what comes in, and why they are wrong
counts       wrong numbers of parameters and wrong shapes of weights, likewise
sliders      wrong sliders, likewise
behaviour    which models can pass a baseline, as far as that is certain
questions    which question comes when, its right choice and its wrong ones
play         the quiz in a terminal

Everything is made from an `explorer.description.Description` and an experiment; Keras is not needed.
"""

from explorer.quiz.play import play
from explorer.quiz.questions import BEHAVIOUR, EASY_FIRST, KINDS, question, question_about, sitting_length
from explorer.quiz.values import LARGEST_SEED, Choice, Question, Sitting

__all__ = [
    "BEHAVIOUR",
    "EASY_FIRST",
    "KINDS",
    "LARGEST_SEED",
    "Choice",
    "Question",
    "Sitting",
    "play",
    "question",
    "question_about",
    "sitting_length",
]
