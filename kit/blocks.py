"""The blocks of a stage script along its chain: which exist, which must be filled, which would be lost in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from kit.errors import TemplateError
from kit.marks import without_marks
from kit.yaml_source import nearest


@dataclass(frozen=True)
class Block:
    """One definition of a block, with the names of the blocks directly inside it."""

    name: str
    line: int
    required: bool
    inner: tuple[str, ...]
    keeps_parent: bool
    """It calls `super()`, so the blocks inside the definition that it replaces live on."""


@dataclass(frozen=True)
class Layer:
    """One script of the chain."""

    file: str
    extends: str | None
    outer: tuple[str, ...]
    """Blocks that stand in no other block."""
    blocks: dict[str, Block]


def read_layer(script: nodes.Template, file: str) -> Layer:
    """Return a script's blocks; raises TemplateError at text that stands outside of them in an extending script."""
    extends = next(iter(script.find_all(nodes.Extends)), None)
    if extends is not None:
        _refuse_text(script.body, file)
    parent = extends.template.as_const() if extends is not None else None
    blocks = {node.name: _block(node) for node in script.find_all(nodes.Block)}
    return Layer(file, parent, tuple(node.name for node in _blocks_in(script)), blocks)


def refuse_lost_blocks(layers: list[Layer]) -> None:
    """Raise TemplateError where a script fills a block that is not there, or leaves a required one empty.

    The layers go from the most derived script to the frame.
    """
    live = set(_live(layers, layers[-1].outer))
    for layer in layers[:-1]:
        for name in layer.outer:
            if name not in live:
                raise _lost(layer, name, layers, live)
    for name in sorted(live):
        layer, block = next((one, one.blocks[name]) for one in layers if name in one.blocks)
        if block.required:
            said = f"{layer.file}:{block.line}: block '{name}' must be filled"
            raise TemplateError(
                f"{said}, but {layers[0].file} does not fill it",
                f"Add `#: block {name}`.",
            )


def _live(layers: list[Layer], names: Iterable[str]) -> Iterator[str]:
    """Yield the blocks that the rendered script really contains."""
    for name in names:
        yield name
        for layer in layers:
            if name in layer.blocks:
                yield from _live(layers, layer.blocks[name].inner)
                if not layer.blocks[name].keeps_parent:
                    break


def _lost(layer: Layer, name: str, layers: list[Layer], live: set[str]) -> TemplateError:
    where = f"{layer.file}:{layer.blocks[name].line}: fills block '{name}'"
    older = layers[layers.index(layer) + 1 :]
    if any(name in one.blocks for one in older):
        said = f"{where}, but the block around it has been replaced by a script in between"
        return TemplateError(
            said,
            "Fill a block that is still there, or call `{{ super() }}` in the one around it.",
        )
    return TemplateError(
        f"{where}, which {older[0].file} does not have{nearest(name, live)}",
        "Correct the name.",
    )


def _block(node: nodes.Block) -> Block:
    inner = tuple(child.name for child in _blocks_in(node))
    calls = any(isinstance(call.node, nodes.Name) and call.node.name == "super" for call in _calls_in(node))
    return Block(node.name, node.lineno, node.required, inner, calls)


def _blocks_in(node: nodes.Node) -> Iterator[nodes.Block]:
    """Yield the blocks directly inside a node, not those inside these."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield child
        else:
            yield from _blocks_in(child)


def _calls_in(node: nodes.Node) -> Iterator[nodes.Call]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call):
            yield child
        if not isinstance(child, nodes.Block):
            yield from _calls_in(child)


def _refuse_text(body: list[nodes.Node], file: str) -> None:
    for node in body:
        if isinstance(node, (nodes.Extends, nodes.Block)):
            continue
        parts = getattr(node, "nodes", [])
        text = "".join(part.data if isinstance(part, nodes.TemplateData) else "{{ }}" for part in parts)
        shown = without_marks(text).strip()
        if isinstance(node, nodes.Output) and not shown:
            continue
        line = node.lineno + text[: text.find(shown[:1])].count("\n")
        said = f"{file}:{line}: stands outside every block and would be dropped: {shown.splitlines()[:1]}"
        raise TemplateError(
            said,
            "Move it into a block, or begin the line with `#::` if it is a comment.",
        )
