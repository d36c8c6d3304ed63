"""Code to open with one click: the article's three examples and common mistakes, as written and fixed.

Data only, one text file for each: a head (`title`, `says`, `kind`), then a section for each form, `=== as written` and
`=== mended`, with the shapes and the loss that the code does not name itself, an empty line, and the code. The fixed
form of `name` is called `name_mended` where there are both. Nothing here is ever executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FORMS = ("as written", "mended")
_HERE = Path(__file__).parent
# In the order in which they are offered: the article's, then from the commonest mistake to the rarest.
_FILES = (
    *("article_1", "article_1_windows", "article_2", "article_3"),
    *("memory_thrown_away", "answer_at_every_step", "time_distributed_gru", "batch_as_long_as_time", "flat_input"),
    *("channels_first", "units_for_timesteps", "labels", "embedding_as_vector", "mask_too_late", "read_backwards"),
    *("decoder_states", "attention_widths", "stateful", "unknown_features", "keras_1_arguments", "documents"),
)


@dataclass(frozen=True)
class Example:
    """Code that shows one thing.

    title: short, the same for both forms. says: one sentence on what is wrong in it, or what there is to see.
    x: the shapes of the inputs, y: of the target, the batch first; loss: by name; None: the code says it.
    form: "as written" or "mended". kind: of the first problem that a check finds, or "none".
    """

    name: str
    title: str
    says: str
    code: str
    x: tuple[tuple[int, ...], ...] | None
    y: tuple[int, ...] | None
    loss: str | None
    form: str
    kind: str

    @property
    def stem(self) -> str:
        """The name of its file: what its two forms have in common."""
        return self.name.removesuffix("_mended")


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split(","))


def _fields(lines: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines.strip().splitlines())


def _read(stem: str) -> list[Example]:
    head, *sections = (_HERE / f"{stem}.txt").read_text(encoding="utf-8").split("\n=== ")
    about = _fields(head)
    found = []
    for section in sections:
        fields, code = section.split("\n\n", 1)
        form, _, given = fields.partition("\n")
        if form not in FORMS:
            raise ValueError(f"{stem}.txt has a section “{form}”; a section is one of: {', '.join(FORMS)}.")
        values = _fields(given)
        found.append(
            Example(
                name=f"{stem}_mended" if form == "mended" and len(sections) > 1 else stem,
                title=about["title"],
                says=about["says"],
                code=code.strip() + "\n",
                x=tuple(map(_shape, values["x"].split("; "))) if "x" in values else None,
                y=_shape(values["y"]) if "y" in values else None,
                loss=values.get("loss"),
                form=form,
                kind="none" if form == "mended" else about["kind"],
            )
        )
    return found


EXAMPLES: dict[str, Example] = {example.name: example for stem in _FILES for example in _read(stem)}
