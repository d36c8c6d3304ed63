"""Pasted Keras code: read without being run, drawn as far as it works, and fixed where it does not.

reader/      reads a code, and never executes it:
  nodes        what of the syntax tree has a place in the code
  values       what names of the code stand for
  edits        the text of the code, and changes of it
  names, legacy, families  what may be called, what is called otherwise today, which layers are alike
  limits       how much of a stranger's code is read, and what it may cost
  costs        what a call of a layer comes to
  literals, array_methods, arrays  NumPy by shape alone
  record       the state of a reading
  library/     what Keras makes of layers, models and operations
  plain, iteration, expressions, reading  the walk over the syntax tree
diagnose/    says what is wrong with it:
  problems     findings, candidates, fixes, the report
  running      shapes without a gap through a model, as a batch would take them
  cases, code_edits  one reading with its data: what rules ask of it, and how its code would be changed
  training_data  the model that is meant, and the data that it is trained on
  rules/       what is wrong, and what may fix it
  diagnosis    reads a code and asks the rules
repair/      fixes it:
  proofs       tries what may fix it
stateless_scope  Keras without memory for weights
report_layers  the layers that work, as a report
checking     from code to a report, or to a model

From top to bottom: a module imports what stands above it.
"""

from explorer.snippet.checking import check, model_of
from explorer.snippet.reader.values import Unreadable

__all__ = ["Unreadable", "check", "model_of"]
