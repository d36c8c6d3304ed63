"""Data that code reads from files, downloads or makes of texts: what is known of their shapes without looking."""

from __future__ import annotations

import math
from typing import Any

from explorer.snippet.reader import literals
from explorer.snippet.reader.data_values import Array, Items, Opaque, Shape, Table
from explorer.snippet.reader.nodes import Node

# The public data sets of keras.datasets: samples for training and for testing, and the shape of one sample. Reviews and
# newswires have no length of their own. From the documentation of each `load_data`.
_PUBLIC: dict[str, tuple[int, int, Shape | None, bool]] = {
    "mnist": (60_000, 10_000, (28, 28), True),
    "fashion_mnist": (60_000, 10_000, (28, 28), True),
    "cifar10": (50_000, 10_000, (32, 32, 3), True),
    "cifar100": (50_000, 10_000, (32, 32, 3), True),
    "boston_housing": (404, 102, (13,), False),
    "imdb": (25_000, 25_000, None, True),
    "reuters": (8_982, 2_246, None, True),
}
_TABLES = (
    "read_csv",
    "read_excel",
    "read_json",
    "read_parquet",
    "read_table",
    "read_sql",
    "read_pickle",
    "read_hdf",
    "read_feather",
    "DataFrame",
)
_KEEPING = (
    "fit_transform",
    "transform",
    "inverse_transform",
    "normalize",
    "scale",
    "minmax_scale",
    "shuffle",
    "savgol_filter",
)


def public(path: str, node: Node) -> Any:
    """What `keras.datasets.<name>.load_data()` gives; None where that is not known."""
    parts = path.split(".")
    if len(parts) < 2 or parts[-1] != "load_data" or parts[-2] not in _PUBLIC:
        return None
    train, test, shape, whole = _PUBLIC[parts[-2]]

    def part(many: int) -> tuple[Array, Array]:
        labels = (many, 1) if parts[-2].startswith("cifar") else (many,)
        return Array((many, *(shape or ())), whole, node=node), Array(labels, whole, node=node)

    return part(train), part(test)


def table(name: str, kwargs: dict[str, Any], node: Node) -> Any:
    """What a function of pandas that reads a table gives; None for another function."""
    last = name.rpartition(".")[2]
    if last not in _TABLES or not name.startswith(("pandas", "dask", "polars")):
        return None
    columns = kwargs.get("usecols", kwargs.get("columns"))
    if isinstance(columns, (list, tuple)) and columns:
        return Array((None, len(columns)), node=node)
    return Table(f"the columns of {name}")


def method_of_table(owner: Table, name: str, args: list[Any], node: Node) -> Any:
    """What a method of a table gives: mostly another table."""
    if name in ("to_numpy", "values"):
        return Array((None, None), node=node)
    if name in ("iterrows", "itertuples", "items", "unique", "tolist", "isna", "isnull"):
        return Opaque(f"{owner.why}.{name}"[:80])
    return Table(owner.why)


def scaled(name: str, args: list[Any], node: Node) -> Any:
    """What a scaler, or another function that keeps a shape, gives; None for another function."""
    if name not in _KEEPING or not args:
        return None
    if isinstance(args[0], (Array, list)):
        given = literals.array_of(args[0], node)
        return given.made(given.shape, node, whole=False, low=None, high=None, onehot=False)
    return Array((None, None), node=node) if isinstance(args[0], Table) else None


def split(args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """scikit-learn's train_test_split, by shape: the test part is rounded up."""
    found: list[Any] = []
    part = kwargs.get("test_size", 0.25)
    for each in args:
        if isinstance(each, Table):
            found += [each, each]
            continue
        given = each if isinstance(each, Array) else literals.literal(each, node)
        if not given.shape:
            found += [Opaque("a part of the data"), Opaque("a part of the data")]
            continue
        many = given.shape[0]
        if many is None or not isinstance(part, (int, float)):
            found += [given.made((None, *given.shape[1:]), node)] * 2
            continue
        test = min(many, part if isinstance(part, int) and part >= 1 else math.ceil(many * part))
        sizes = (max(0, many - test), max(0, test))
        found += [given.made((size, *given.shape[1:]), node) for size in sizes]
    return found


def tokenized(name: str, args: list[Any], node: Node) -> Any:
    """What a tokenizer makes of texts: a list of lists of numbers for each of them; None for another method."""
    if name not in ("texts_to_sequences", "texts_to_matrix", "sequences_to_matrix"):
        return None
    texts = args[0] if args else None
    many = texts.shape[0] if isinstance(texts, Array) and texts.shape else texts.size if isinstance(texts, Items) else None
    if name == "texts_to_sequences":
        found = Items([Array((None,), True, node=node)])
        found.rest = None if many is None else many - 1
        return found
    return Array((many, None), node=node)
