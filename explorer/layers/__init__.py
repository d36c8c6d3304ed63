"""What is known of every class of layer: a file for each family, with all that the project says of it.

base   what can be known of a class (`LayerRules`), and how the rules of a layer are found (`rules_for`)
held   what that is of the layers within one, and of weights

To add a class, write its rules into the file of its family, or into a new one: nothing else has to be changed.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
