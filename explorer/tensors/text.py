"""The grammar of what is said of sizes, axes and shapes: numbers with their nouns, verbs that agree with them, articles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from explorer.tensors.tensor import Tensor, is_named

# What is longer is made into two sentences.
LONGEST_SENTENCE = 200
# More sizes than these in a row are only counted.
MOST_IN_A_ROW = 4


def count(size: int | None, name: str) -> str:
    """A size with its name.

    >>> count(1, "outputs"), count(1234, "units"), count(None, "timesteps"), count(1, "batches")
    ('1 output', '1,234 units', 'timesteps', '1 batch')
    >>> count(8, "axis 2"), count(8, "depth")
    ('8 in axis 2', '8 depth slices')
    """
    if size is None:
        return name
    if name.startswith("axis "):
        return f"{size:,} in {name}"
    return f"{size:,} {one_of(noun(name)) if size == 1 else noun(name)}"


def written(number: int | None) -> str:
    """A number as it stands in a table: one that is not known is "?".

    >>> written(1234), written(0), written(None)
    ('1,234', '0', '?')
    """
    return "?" if number is None else f"{number:,}"


def parameters(number: int | None) -> str:
    """How many parameters there are, as it stands in a box.

    >>> parameters(3744), parameters(0), parameters(None)
    ('3,744 parameters', 'no parameters', '? parameters')
    """
    return "no parameters" if number == 0 else f"{written(number)} {'parameter' if number == 1 else 'parameters'}"


def noun(name: str) -> str:
    """What is counted along an axis: its name, but of the depth its slices."""
    return "depth slices" if name == "depth" else name


def an_axis(size: int | None, name: str) -> str:
    """An axis that was not there before.

    >>> an_axis(6, "features"), an_axis(None, "timesteps"), an_axis(8, "axis 2")
    ('an axis of 6 features', 'an axis of timesteps', 'an axis of size 8')
    """
    if name.startswith("axis "):
        return "an axis" if size is None else f"an axis of size {size:,}"
    return f"an axis of {count(size, name)}"


def one_of(name: str) -> str:
    """The name of one of what an axis counts: "timestep", "batch"."""
    return name.removesuffix("es") if name.endswith("ches") else name.removesuffix("s")


def agreed(verb: str, subject: int | Sequence[str] | None) -> str:
    """A verb in the plural as it stands behind its subject: so many of something, or the names of some axes.

    >>> agreed("become", 1), agreed("go", ["axis 2"]), agreed("are", 20), agreed("stay", ["timesteps"]), agreed("have", 1)
    ('becomes', 'goes', 'are', 'stay', 'has')
    """
    if subject is None or isinstance(subject, int):
        is_one = subject == 1
    else:
        is_one = len(subject) == 1 and not subject[0].endswith("s")
    if not is_one:
        return verb
    return {"are": "is", "have": "has"}.get(verb, f"{verb}es" if verb.endswith("o") else f"{verb}s")


def counted(size: int | None, name: str, verb: str) -> str:
    """A size with its name and what becomes of it: "1 feature becomes", "20 timesteps come"."""
    return f"{count(size, name)} {agreed(verb, [name] if size is None else size)}"


def joined(words: Sequence[str]) -> str:
    """Words as they stand in a sentence: "windows, timesteps and features"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def grouped(words: Sequence[str]) -> str:
    """The same, and what stands there many times in a row is counted.

    >>> grouped(["(batch, 4)"] * 9), grouped(["(batch, 9)", "(batch, 4)", "(batch, 4)"])
    ('9 tensors (batch, 4)', '(batch, 9), (batch, 4) and (batch, 4)')
    """
    runs = [list(run) for _, run in groupby(words)]
    return joined([each for run in runs for each in (run if len(run) < 3 else [f"{len(run):,} tensors {run[0]}"])])


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Whole numbers in order as ranges, both ends included.

    >>> ranges([1, 2, 3, 7, 9, 10])
    [(1, 3), (7, 7), (9, 10)]
    """
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def ranges_text(found: Sequence[tuple[int, int]]) -> str:
    """Ranges as short as they can be written.

    >>> ranges_text(ranges([1, 2, 3, 7, 9, 10]))
    '1 to 3, 7, 9 to 10'
    """
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in found)


def an(name: str) -> str:
    """A class with its article.

    >>> an("LSTM"), an("GRU"), an("Average")
    ('an LSTM', 'a GRU', 'an Average')
    """
    return f"{'an' if name[0] in 'AEIO' or name.startswith('LSTM') else 'a'} {name}"


def in_words(axes: Sequence[str], shape: Sequence[int | None]) -> str:
    """A shape with the name and the size of each axis.

    >>> in_words(["batch", "timesteps", "features"], [None, 20, 5])
    '(batch, timesteps 20, features 5)'
    """
    return f"({', '.join(axis if size is None else f'{axis} {size:,}' for axis, size in zip(axes, shape, strict=True))})"


def as_shape(tensor: Tensor) -> str:
    """A shape without names: "(batch, 20, 5)"."""
    sizes = ["unknown" if size is None else f"{size}" for size in tensor.shape]
    return f"({', '.join([*tensor.axes[:1], *sizes[1:]])})" if tensor.axes[:1] == ("batch",) else f"({', '.join(sizes)})"


def changes(received: Sequence[Tensor], returned: Sequence[Tensor]) -> str:
    """What became of the axes of the first input, as the second half of a sentence.

    >>> sequence = Tensor((None, 20, 5), ("batch", "timesteps", "features"))
    >>> changes([sequence], [Tensor((None, 32), ("batch", "units"))])
    'timesteps are removed, 5 features become 32 units'
    """
    if not received or not returned:
        return "the shape stays the same"
    first, out = received[0], returned[0]
    moved = _open_and_moved(first, out)
    if not moved and all((tensor.shape, tensor.axes) == (out.shape, out.axes) for tensor in received):
        return "the shape stays the same"
    before, after = first.places, out.places
    gone, added = before.keys() - after.keys(), after.keys() - before.keys()
    unclear = out.width is not None and not is_named(out.width[1]) and out.width != first.width
    mixed_up = (gone and added) or first.axes[-1] in added or out.axes[-1] in gone or unclear
    if mixed_up and (unclear or not all(map(is_named, gone | added))) and first.axes[0] == out.axes[0]:
        # Of an axis without a name nobody knows which one of the others it was.
        same = first.shape == out.shape
        return "the shape stays the same" if same else f"{as_shape(first)} becomes {as_shape(out)}"
    removed = [name for name in before if name in gone]
    widths = [tensor.width for tensor in received[: len(received) if out.width else 1] if tensor.width]
    if removed[-1:] == [first.axes[-1]] and out.width and len(first.shape) == len(out.shape) > 2:
        # What is counted along was the last axis, as after a Permute.
        widths = [(first.shape[-1], removed.pop())]
    stay = [name for name, size in before.items() if name in after and after[name] == size and name not in moved]
    parts = [f"{joined(removed)} {agreed('are', removed)} removed"] if removed else []
    parts += [f"{joined(stay)} {agreed('stay', stay)}"] if stay else []
    parts += [
        f"{counted(size, name, 'become')} {'an unknown number' if after[name] is None else after[name]}"
        for name, size in before.items()
        if after.get(name, size) != size
    ]
    parts += [
        f"{name} become {size}" if len(size) < 20 else f"{name} change" for name, size in moved.items() if name in after
    ]
    parts += [f"{an_axis(size, name)} is added" for name, size in after.items() if name not in before]
    if out.width and widths:
        if set(widths) == {out.width}:
            parts.append(f"{out.width[1]} {agreed('stay', out.width[1:])}")
        else:
            number = widths[0][0] if len(set(widths)) == 1 else None
            several = _widths(widths)
            given = joined(several) if len(several) <= MOST_IN_A_ROW else f"the numbers of {len(several):,} inputs"
            parts.append(f"{given} {agreed('become', number)} {count(*out.width)}")
    elif out.width:
        parts.append(f"{an_axis(*out.width)} is added")
    elif widths:
        parts.append(f"{widths[0][1]} {agreed('are', widths[0][1:])} removed")
    return ", ".join(parts) or "the shape stays the same"


def _open_and_moved(first: Tensor, out: Tensor) -> dict[str, str]:
    """The axes whose size is unknown before and after, and not the same: two unknown numbers do not make one size."""
    before = {
        axis: size
        for axis, number, size in zip(first.axes, first.shape, first.sizes, strict=True)
        if number is None and size
    }
    pairs = zip(out.axes, out.shape, out.sizes, strict=True)
    return {
        axis: str(size)
        for axis, number, size in pairs
        if number is None and size is not None and before.get(axis, size) != size
    }


def _widths(widths: Sequence[tuple[int | None, str]]) -> list[str]:
    """The widths of several inputs; a name that all share is said once: "64" and "32 units"."""
    widths = list(dict.fromkeys(widths))
    if len({name for _, name in widths}) > 1 or any(size is None for size, _ in widths):
        return [count(*width) for width in widths]
    return [f"{size:,}" for size, _ in widths[:-1]] + [count(*widths[-1])]
