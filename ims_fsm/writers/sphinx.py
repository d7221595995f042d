"""The Sphinx extension: `.. ims-machine:: credit_note` in reStructuredText, ```{ims-machine} credit_note in MyST.

Imports docutils, Sphinx and the embedding. A picture stands in HTML as its SVG, in LaTeX as PDF, elsewhere in words.
"""

from __future__ import annotations

import hashlib
import html
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ims_fsm.errors import ImsFsmError
from ims_fsm.writers.embedding import (
    COLUMNS,
    NAME,
    OPTIONS,
    Asked,
    alternative,
    cells,
    declarations,
    drawn,
    figure,
    law_in,
)

# The folder of declarations, from conf.py; without it the shipped law is drawn.
CONFIG = "ims_machines"


class MachineNode(nodes.General, nodes.Element):
    """A machine's picture in a document: what is asked for, the folder of its declarations, its HTML.

    Its children are what stands in for it where a format shows neither HTML nor PDF.
    """


class MachineDirective(SphinxDirective):
    """Put a declared machine into the page; its options are edition, theme, format and caption."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = dict.fromkeys(
        OPTIONS, directives.unchanged_required
    )

    def run(self) -> list[nodes.Node]:
        """Return the picture or the table; what cannot be drawn is an error of the page, at its line."""
        named = getattr(self.config, CONFIG)
        folder = Path(named) if named else None
        for file in declarations(folder) if folder else ():
            self.env.note_dependency(str(file))
        try:
            return self._made(Asked.read(self.arguments[0], self.options), folder)
        except ImsFsmError as error:
            raise self.error(str(error)) from error

    def _made(self, asked: Asked, folder: Path | None) -> list[nodes.Node]:
        law = law_in(folder)
        if asked.fmt == "table":
            return [_table(list(cells(law, asked)), asked.caption)]
        if asked.fmt == "mermaid":
            text = drawn(law, asked, "mermaid").decode()
            # Whatever brings Mermaid to a page, a theme or another extension, looks for this element.
            made = f'<pre class="mermaid">{html.escape(text)}</pre>'
            instead: list[nodes.Node] = [nodes.literal_block(text, text)]
        else:
            made = figure(law, asked, self.env.new_serialno(NAME))
            instead = [nodes.paragraph("", words) for words in (alternative(law, asked), asked.caption) if words]
        node = MachineNode("", *instead, asked=asked, folder=folder, html=made)
        self.set_source_info(node)
        return [node]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive, of its node in every format, and of the folder of declarations in conf.py."""
    app.add_node(
        MachineNode,
        html=(_html, None),
        latex=(_latex, _pass),
        text=_INSTEAD,
        man=_INSTEAD,
        texinfo=_INSTEAD,
    )
    app.add_directive(NAME, MachineDirective)
    app.add_config_value(CONFIG, None, "env", types=frozenset({str, type(None)}))
    app.connect("config-inited", _beside_conf)
    return {"version": importlib.metadata.version("ims-fsm"), "parallel_read_safe": True, "parallel_write_safe": True}


def _beside_conf(app: Sphinx, config: Config) -> None:
    if named := getattr(config, CONFIG):
        setattr(config, CONFIG, str(Path(app.confdir, named)))


def _html(translator: Any, node: MachineNode) -> NoReturn:
    translator.body.append(node["html"])
    raise nodes.SkipNode


def _latex(translator: Any, node: MachineNode) -> None:
    asked: Asked = node["asked"]
    if asked.fmt == "mermaid":
        return
    pdf = drawn(law_in(node["folder"]), asked, "pdf")
    name = f"{NAME}-{hashlib.sha256(node['html'].encode()).hexdigest()[:16]}.pdf"
    Path(translator.builder.outdir, name).write_bytes(pdf)
    below = f"\\caption{{{translator.encode(asked.caption)}}}\n" if asked.caption else ""
    image = f"\\centering\n\\noindent\\sphinxincludegraphics[width=\\linewidth]{{{name}}}\n"
    translator.body.append(f"\n\\begin{{figure}}[htbp]\n{image}{below}\\end{{figure}}\n")
    raise nodes.SkipNode


def _pass(translator: Any, node: MachineNode) -> None:
    """Leave it to the children."""


_INSTEAD = (_pass, _pass)


def _table(rows: Sequence[Sequence[str]], caption: str) -> nodes.table:
    table = nodes.table(classes=[NAME])
    if caption:
        table += nodes.title("", caption)
    group = nodes.tgroup(cols=len(COLUMNS))
    group += [nodes.colspec(colwidth=1) for _ in COLUMNS]
    group += nodes.thead("", _row(COLUMNS))
    group += nodes.tbody("", *(_row(row) for row in rows))
    table += group
    return table


def _row(cells_of_row: Iterable[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", words)) for words in cells_of_row))
