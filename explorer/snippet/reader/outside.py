"""What people use of the standard library around a model: command lines, named tuples, partial calls, names as texts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from explorer.snippet.reader.data_values import Array, DataSet, Items, Later, Opaque, Window
from explorer.snippet.reader.instances import attribute_of_instance, of_its_own, unknown_base
from explorer.snippet.reader.iteration import run_of
from explorer.snippet.reader.library.own_layers import call_unknown
from explorer.snippet.reader.library.paths import stands
from explorer.snippet.reader.limits import LONGEST_TEXT
from explorer.snippet.reader.modules import computed
from explorer.snippet.reader.objects import Bound, ClassValue, FieldsClass, Instance, Parser, Partial, Super
from explorer.snippet.reader.values import Function, Known, LayerValue, Method, Refused, may_hold_tensors

if TYPE_CHECKING:
    from explorer.snippet.reader.functions import Functions

_SPACES = (
    "types.SimpleNamespace",
    "argparse.Namespace",
    "easydict.EasyDict",
    "ml_collections.ConfigDict",
    "box.Box",
    "munch.Munch",
)
_TYPES: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "bool": bool,
}


def looking(reader: Functions, name: str, args: list[Any], node: ast.Call) -> tuple[Any] | None:
    """`getattr`, `isinstance`, `next` and their like. Raises Refused where a name is asked for that nobody may use."""
    if name == "getattr" and len(args) > 1 and isinstance(args[1], str):
        if args[1].startswith("_") or not args[1].isidentifier():
            raise Refused(f"`getattr` is only followed for a public name. Received: {args[1][:40]!r}.", node.lineno)
        found = reader.attribute_of(args[0], args[1], node)
        return (args[2],) if isinstance(found, Opaque) and len(args) > 2 and not isinstance(args[0], Opaque) else (found,)
    if name == "hasattr" and len(args) == 2 and isinstance(args[0], Known) and isinstance(args[1], str):
        return (stands(f"{args[0].path}.{args[1]}", args[0].top),)
    if name == "hasattr" and len(args) == 2 and isinstance(args[0], LayerValue) and isinstance(args[1], str):
        return (not args[1].startswith("_") and args[1] in dir(args[0].layer),)
    if name == "hasattr" and len(args) == 2 and isinstance(args[0], Instance) and isinstance(args[1], str):
        return (args[1] in args[0].held or bool(args[0].made_by and args[0].made_by.find(args[1])),)
    if name == "getattr":
        return (Opaque("an attribute whose name is not known"),)
    if name == "setattr" and len(args) > 2 and isinstance(args[0], Instance) and isinstance(args[1], str):
        args[0].held[args[1][:LONGEST_TEXT]] = args[2]
        return (None,)
    if name == "vars" and args and isinstance(args[0], Instance):
        return (dict(args[0].held),)
    if name == "next" and args:
        held = args[0]
        return (held[0],) if isinstance(held, Items) and held else (Opaque("the next of something"),)
    if name == "isinstance" and len(args) == 2 and not isinstance(args[0], (Opaque, Array)):
        wanted = args[1] if isinstance(args[1], tuple) else (args[1],)
        kinds = [_TYPES.get(each.name) if isinstance(each, Method) and each.owner is None else None for each in wanted]
        if None not in kinds:
            return (any(isinstance(args[0], each) for each in kinds if each),)
    return (Opaque(f"`{name}`"),)


def standard(reader: Functions, called: Any, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> tuple[Any] | None:
    """What a call of the standard library gives, in a tuple; None where it is something else."""
    if isinstance(called, Method):
        return _method(reader, called, args, kwargs, node)
    if not isinstance(called, Opaque):
        return None
    why = called.why
    if (found := computed(reader, why, args, kwargs, node)) is not None:
        return found
    if why == "functools.partial" and args:
        return (Partial(args[0], tuple(args[1:]), kwargs),)
    if why == "argparse.ArgumentParser":
        return (Parser(),)
    if why.startswith("absl.flags.DEFINE_") and len(args) > 1 and isinstance(args[0], str):
        reader.flags.held[args[0][:LONGEST_TEXT]] = args[1]
        return (Instance(None, node, {"value": args[1]}),)
    if why in _SPACES:
        held = {**(args[0] if args and isinstance(args[0], dict) else {}), **kwargs}
        return (Instance(None, node, {str(key): value for key, value in held.items()}),)
    if why == "collections.namedtuple" and len(args) > 1:
        names = args[1].replace(",", " ").split() if isinstance(args[1], str) else args[1]
        if isinstance(names, (list, tuple)) and all(isinstance(each, str) for each in names):
            return (FieldsClass(str(args[0])[:LONGEST_TEXT], tuple(names[:100])),)
    if why == "collections.OrderedDict" and args and isinstance(args[0], (dict, list)):
        return (
            (dict(args[0]),)
            if isinstance(args[0], dict) or all(isinstance(e, tuple) and len(e) == 2 for e in args[0])
            else None
        )
    if why == "collections.deque":
        window = Window(run_of(args[0], node).held if args else ())
        most = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
        window.most = most if isinstance(most, int) and most > 0 else None
        del window[: max(0, len(window) - (window.most or len(window)))]
        return (window,)
    if why in ("copy.copy", "copy.deepcopy") and args:
        return (args[0],)
    if why in ("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm") and args:
        return (args[0],)
    last = why.rpartition(".")[2]
    if last in ("Int", "Float", "Choice", "Boolean", "Fixed") and args and isinstance(args[0], str):
        return _searched(reader, last, args, kwargs, node)
    if last in ("suggest_int", "suggest_categorical", "suggest_float") and len(args) > 1:
        return (args[1][0] if isinstance(args[1], (list, tuple)) and args[1] else args[1],)
    return None


def _searched(reader: Functions, kind: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> tuple[Any] | None:
    """A number that a tuner looks for: its default, else the least or the first."""
    names = {"Choice": ("name", "values"), "Fixed": ("name", "value"), "Boolean": ("name", "default")}
    given = dict(zip(names.get(kind, ("name", "min_value", "max_value", "step")), args, strict=False)) | kwargs
    if given.get("default") is not None:
        found = given["default"]
    elif kind == "Choice":
        values = given.get("values")
        found = values[0] if isinstance(values, (list, tuple)) and values else Opaque("a choice")
    else:
        found = given.get("value", given.get("min_value", False))
    if not isinstance(found, Opaque):
        reader.assume(node, f"The tuner's {args[0][:40]!r} is read as {found}.")
    return (found,)


def _method(reader: Functions, called: Method, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> tuple[Any] | None:
    owner, name = called.owner, called.name
    if isinstance(owner, Parser):
        if name == "add_argument":
            owner.add(args, kwargs, node.lineno)
            return (None,)
        if name in ("add_argument_group", "add_mutually_exclusive_group", "add_subparsers", "add_parser"):
            return (owner,)
        if name == "set_defaults":
            owner.held.update(kwargs)
        space = Instance(None, node, owner.held)
        return (space,) if name == "parse_args" else ((space, Items()),) if name == "parse_known_args" else (None,)
    if isinstance(owner, DataSet) and name == "map" and args and owner:
        if not isinstance(args[0], (Function, Bound)):
            return (Opaque("what `map` gives"),)
        given = list(owner[0]) if isinstance(owner[0], tuple) else [owner[0]]
        return (DataSet([reader.invoked(args[0], given, {}, node)]),)
    if isinstance(owner, Super):
        return (_super(reader, owner, name, args, kwargs),)
    if isinstance(owner, Instance) and owner.kind in ("layer", "model"):
        return (_of_layer(reader, owner, name, args, kwargs, node),)
    return None


def _super(reader: Functions, owner: Super, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if name == "__init__" and isinstance(owner.owner, Instance):
        owner.owner.keywords.update({key: value for key, value in kwargs.items() if key in ("name", "dtype", "trainable")})
        if owner.owner.kind == "layer":
            owner.owner.base = (args, kwargs)
        if owner.owner.model is not None and (args or "inputs" in kwargs or "outputs" in kwargs or "layers" in kwargs):
            of_its_own(reader, owner.owner, args, kwargs)
        return None
    if name == "get_config":
        return {}
    if name in ("compile", "fit", "evaluate", "predict") and isinstance(owner.owner, Instance) and owner.owner.model:
        return reader.invoked(Method(owner.owner.model, name), args, kwargs, owner.owner.node)
    return Opaque(f"what {name} of Keras gives")


def _of_layer(reader: Functions, owner: Instance, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """A method that a layer of the code has from Keras."""
    from explorer.snippet.reader.instances import layer_of
    from explorer.snippet.reader.library.calling import weight

    if name == "add_weight":
        return weight(reader, layer_of(reader, owner).layer, args, kwargs, node)
    if name in ("add_loss", "add_metric"):
        return None
    if name == "count_params":
        from explorer.snippet.reader.library.attributes import counted

        return counted(reader, owner.model or owner.layer, node)
    base = unknown_base(owner)
    if base is not None and may_hold_tensors((args, kwargs)):
        method = Opaque(f"{base}.{name}")
        return Opaque(
            method.why, lost=True, later=Later(lambda parts: call_unknown(reader, method, args, kwargs, node, parts))
        )
    return Opaque(f"what {name} gives")


__all__ = ["ClassValue", "attribute_of_instance", "looking", "standard"]
