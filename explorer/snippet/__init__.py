"""Pasted Keras code: read without being run, drawn as far as it works, and fixed where it does not.

reader/      reads a code, and never executes it:
  nodes        what of the syntax tree has a place in the code
  values       what names of the code stand for
  pasted_text  prompts, magic lines and notebooks as Python
  logical_lines, mending, recovery  lines that are no Python: read as they were meant, or left out
  edits        the text of the code, and changes of it
  names, legacy, families  what may be called, what is called otherwise today, which layers are alike
  spelling     names that are nearly right
  unknowns     what is asked for, left out and taken for granted
  data_values  what stands for data, and for what is not known
  limits       how much of a stranger's code is read, and what it may cost
  costs        what a call of a layer comes to
  literals, parts_of_arrays, array_methods, arrays  NumPy by shape alone
  makers, fed  which parts of a code make a model, and which names go into it
  objects      classes of the code and what they make
  record       the state of a reading
  containers   lists, sets and dictionaries that grow
  modules, matching  functions of the standard library that only compute, and `match` as branches
  library/     what Keras makes of layers, models and operations; layers that the code defines itself are `followed`
  plain, counting, iteration, binding, expressions, comprehensions  what expressions stand for
  instances, outside, functions, loops, reading  the walk over the syntax tree: a line that is not followed costs itself
  exploring    what nothing calls
diagnose/    says what is wrong with it:
  problems     findings, candidates, fixes, the report
  running      shapes without a gap through a model, as a batch would take them
  cases, models, code_edits  one reading with its data: what rules ask of it, its models, how its code would be changed
  stopped      why a code could not be read
  training_data  the model that is meant, and the data that it is trained on
  fitted       what every call of fit, evaluate and predict is given
  rules/       what is wrong, and what may fix it
  diagnosis    reads a code and asks the rules
repair/      fixes it:
  chains       changes that mean one thing together
  real_models  a model that was read, made by Keras
  intentions   what a fix is right for, of several, and what it changes in shapes
  trials       a fix really tried, by a step of the code's own `fit`
  proofs       proves what may fix it
stateless_scope  Keras without memory for weights
unknown_sizes  a model of which sizes are asked for: what is known of it whatever they are
report_layers  the layers that work, as a report
checking     from code to a report, or to a model

From top to bottom: a module imports what stands above it.
"""

from explorer.snippet.checking import check, model_of, try_fixes
from explorer.snippet.reader.values import Unreadable

__all__ = ["Unreadable", "check", "model_of", "try_fixes"]
