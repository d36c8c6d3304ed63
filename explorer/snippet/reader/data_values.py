"""What stands for data and for what is not known while pasted code is read: shapes at most, and never a number of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from explorer.snippet.reader.nodes import Node

Shape = tuple[int | None, ...]
# Of data every size is known.
Full = tuple[int, ...]


@dataclass(eq=False)
class Later:
    """A tensor that there is if what a function gives, of which nothing is known, is one.

    Nobody asks for its shape before it is used as a tensor. make: gives the tensor of a part of what the function gives;
    depth: how many such calls stand within each other here. parts: which part it is, none for all of it. made: the tensors
    that were made, by their parts.
    """

    make: Callable[[tuple[Any, ...]], Any]
    depth: int = 1
    parts: tuple[Any, ...] = ()
    made: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def part(self, which: Any) -> Later:
        return Later(self.make, self.depth, (*self.parts, which), self.made)

    def tensor(self) -> Any:
        if self.parts not in self.made:
            self.made[self.parts] = self.make(self.parts)
        return self.made[self.parts]


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value that is not known. It may be passed around; where a shape depends on it, it is asked for by its name.

    name, line: how the code calls it, and where it got that name. root, offset: of a number that is counted from another one
    which is not known, so that the difference of two of them is. whole: whether it is known to be a whole number.
    made: whether it was made by calling a class of another package, so that it may be a layer;
    arguments: what that was called with, where nothing else than numbers and texts; node: where; declared: the shape that a
    layer's `input_shape` gives.
    lost: whether it stands for what a line gives that was not followed, which may be a tensor. later: the tensor, where it
    can be asked for.
    """

    why: str
    name: str | None = None
    line: int | None = None
    root: Opaque | None = None
    offset: int = 0
    whole: bool = False
    made: bool = False
    arguments: tuple[Any, ...] | None = None
    node: Any = None
    declared: Any = None
    lost: bool = False
    later: Later | None = None

    def plus(self, many: int) -> Opaque:
        return replace(self, root=self.root or self, offset=self.offset + many, whole=True)

    def minus(self, other: Opaque) -> int | None:
        """How far it is from another one; None where that is not known."""
        same = (self.root or self) is (other.root or other)
        return self.offset - other.offset if same else None


class History(Opaque):
    """What `fit` gives: the losses of every epoch."""


class Table(Opaque):
    """Rows and columns that come from a file: how many is not known."""


@dataclass(frozen=True, eq=False)
class Range(Opaque):
    """`range` of a number that is not known, or of too many. counted: that number, where it is the only one. many: how many
    there are, where that is known."""

    counted: Opaque | None = None
    many: int | None = None


class Items(list[Any]):
    """A list of the code. rest: how many more elements it has, all like its last one; None where that is not known."""

    rest: int | None = 0

    @property
    def size(self) -> int | None:
        return None if self.rest is None else len(self) + self.rest


class Sizes(tuple[Any, ...]):
    """The first sizes of a shape that may have more of them."""


class Window(Items):
    """A list that drops its first elements where it would hold more than `most`: `deque(maxlen=...)`."""

    most: int | None = None

    @property
    def size(self) -> int | None:
        many = super().size
        return many if many is None or self.most is None else min(many, self.most)


class Distinct(Items):
    """A set of the code: what it holds, each once."""

    @property
    def size(self) -> int | None:
        return super().size if len(self) < 2 or all(map(_is_distinguishable, self)) else None


class Pairs(dict[Any, Any]):
    """A dictionary of the code. rest: None where it may have more keys than it holds, else 0."""

    rest: int | None = 0

    @property
    def size(self) -> int | None:
        known = self.rest == 0 and (len(self) < 2 or all(map(_is_distinguishable, self)))
        return len(self) if known else None


def _is_distinguishable(key: Any) -> bool:
    """Whether it is known of a key which other ones it equals."""
    return all(map(_is_distinguishable, key)) if isinstance(key, tuple) else isinstance(key, (str, int, float, type(None)))


class Batches(Items):
    """What gives one batch after the other, by its first one: a generator."""

    rest = None


class DataSet(Batches):
    """A data set of TensorFlow, or of Keras."""


class LossName(str):
    """A loss that the code makes, by its name as Keras spells it. node: where. scores: whether it takes raw scores."""

    node: Node
    scores: bool

    def __new__(cls, name: str, node: Node, scores: bool) -> LossName:
        made = super().__new__(cls, name)
        made.node, made.scores = node, scores
        return made


@dataclass(frozen=True)
class Turned:
    """A reshape that put two sizes the other way round: the shapes before and after it, and where it stands.

    whole: whether it was a transpose, of rows that come one after the other in time.
    """

    before: Shape
    after: Shape
    node: Node
    whole: bool = False


@dataclass(frozen=True)
class Array:
    """An array of which only the shape is known, and what its values are like.

    shape: its sizes, None where one is not known, or None where nothing is. whole: whether its values are whole numbers.
    low, high: the smallest and largest value, where known. ragged: sequences of different lengths, which no array can hold.
    filled: the value that was added as padding. fractions: whether some values are known to be no whole numbers.
    turned: a reshape on its way here that put two sizes the other way round. open: whether more axes may follow, as it is a
    part of something of which nobody knows how many it has. onehot: whether its last axis holds a 1 for the class.
    typed: whether its shape was given beside the code, for the data under its name: it may have another one before.
    padded: where zeros were added ("pre" or "post"), None where none were. rows: whether it is some rows of a longer table,
    one after the other. node: where the code made it.
    """

    shape: Shape | None
    whole: bool = False
    low: float | None = None
    high: float | None = None
    ragged: bool = False
    padded: str | None = None
    node: Node | None = None
    turned: Turned | None = None
    filled: float | None = None
    fractions: bool = False
    typed: bool = False
    open: bool = False
    onehot: bool = False
    rows: bool = False

    def made(self, shape: Shape | None, node: Node | None, **changes: Any) -> Array:
        """Another array with what is known of the values of this one; of its shape stays that more axes may follow."""
        kept = {"whole": self.whole, "low": self.low, "high": self.high}
        return Array(shape, node=node, **{**kept, **self.traits, **changes})

    @property
    def traits(self) -> dict[str, Any]:
        """What is as true of many such arrays together."""
        return {"turned": self.turned, "open": self.open, "onehot": self.onehot}
