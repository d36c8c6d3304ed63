"""What `inside` says of an attention layer: the weights of every head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.cli import printing
from explorer.tensors.text import count, joined

if TYPE_CHECKING:
    from explorer.models.attention import Attention


def is_attention(model: Any, layer: str | None) -> bool:
    """Whether a layer of that name is one of attention."""
    from explorer.models import attention
    from explorer.shapes.graph import calls

    return any(call.name == layer and attention.is_attention(call.layer) for call in calls(model))


def written(found: Attention) -> dict[str, Any]:
    """The weights of one sequence, [heads][query timesteps][key timesteps], and which of them may not be 0."""
    return {"attention": listed(found.weights[0]), "allowed": found.allowed[0].tolist()}


def print_attention(found: Attention, when: str) -> None:
    """For each query timestep the key timestep that each head attends to most."""
    _, heads, queries, keys = found.weights.shape
    printing.paragraph(f"{found.layer}: attention, {count(heads, 'heads')}, {when}\n", "bold")
    names = ["query timestep", *(f"head {head}" for head in range(1, heads + 1))]
    printing.table({name: {"justify": "right"} for name in names}, [_row(found, query) for query in range(queries)])
    print()
    printing.paragraph(
        f"The key timestep that a query timestep attends to most, with its weight; an even share of "
        f"{count(keys, 'key timesteps')} is {1 / keys:.3f}. --json gives all weights."
    )
    barred = [reason for reason, where in found.attending.barred.items() if where[0].any()]
    if barred:
        printing.paragraph(f"Not attended to, with a weight of 0: where {joined(barred)}.")


def _row(found: Attention, query: int) -> list[str]:
    if not found.allowed[0, query].any():
        return [str(query + 1), *["masked"] * found.weights.shape[1]]
    weights = np.where(found.allowed[0, query], found.weights[0, :, query], -1)
    return [str(query + 1), *(f"{row.argmax() + 1} ({row.max():.3f})" for row in weights)]


def listed(numbers: np.ndarray) -> Any:
    """An array as lists; 9 digits tell every float32 from all others, and what is not finite has no number in JSON."""
    if numbers.ndim > 1:
        return [listed(row) for row in numbers]
    return [float(f"{number:.9g}") if np.isfinite(number) else None for number in numbers.tolist()]
