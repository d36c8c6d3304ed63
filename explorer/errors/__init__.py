"""What an error message of Keras means: found in a text as people have it, and told in named axes.

cleaning    a pasted text without quotes, colours, tags and line breaks; each character with its place in what was pasted
patterns    a message as data, "expected ndim={expected:number}", and as an expression that takes bounded time
conditions  which cause fits which numbers
facts       the numbers and shapes of a message, what a layer's name says of it, and both in words
families    reads `families/`, one small file for each family of messages
found       what is said of a text, typed
finding     looks for the messages in a text

From top to bottom: a module imports what stands above it. Nothing that is pasted is executed, stored or sent anywhere.
"""

from explorer.errors.finding import find
from explorer.errors.found import Cause, Fact, Found

__all__ = ["Cause", "Fact", "Found", "find"]
