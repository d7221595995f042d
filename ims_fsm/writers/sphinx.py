"""The Sphinx extension: `.. ims-machine:: credit_note` in reStructuredText, ```{ims-machine} credit_note in MyST.

Imports docutils, Sphinx and the embedding. A picture stands in HTML as its SVG, in LaTeX as PDF, elsewhere in words.
What Mermaid draws is handed to the directive `mermaid` of whichever extension brings one.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.register import Law
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
    mermaid_figure,
)

# The folder of declarations, from conf.py; without it the shipped law is drawn.
CONFIG = "ims_machines"
MERMAID = (
    "Mermaid is not enabled here, so %s stands as text; run pip install sphinxcontrib-mermaid and add "
    '"sphinxcontrib.mermaid" to extensions in conf.py'
)
_log = logging.getLogger(__name__)


class MachineNode(nodes.General, nodes.Element):
    """A machine's picture in a document: what is asked for, the folder of its declarations, its HTML.

    Its children are what stands in for it where a format shows neither HTML nor PDF. Without HTML they stand there too.
    """


class MachineDirective(SphinxDirective):
    """Put a declared machine into the page; its options are edition, theme, format, caption and looks."""

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
        made, instead = self._mermaid(law, asked) if asked.fmt == "mermaid" else self._picture(law, asked)
        node = MachineNode("", *instead, asked=asked, folder=folder, html=made)
        self.set_source_info(node)
        return [node]

    def _picture(self, law: Law, asked: Asked) -> tuple[str, list[nodes.Node]]:
        said = alternative(law, asked), asked.caption
        return figure(law, asked, self.env.new_serialno(NAME)), [nodes.paragraph("", words) for words in said if words]

    def _mermaid(self, law: Law, asked: Asked) -> tuple[str, list[nodes.Node]]:
        text = drawn(law, asked, "mermaid").decode()
        brought, _ = directives.directive("mermaid", self.state.memo.language, self.state.document)
        if brought is None:
            _log.warning(MERMAID, asked.machine, location=self.get_location(), type="ims_machine", subtype="mermaid")
            # A theme that loads Mermaid by itself draws this element.
            return mermaid_figure(law, asked), [nodes.literal_block(text, text)]
        # The directive puts conf.py's settings and a title into a head of its own, and a second head is not read.
        _, title, code = text.split("---\n", 2)
        options = {"alt": alternative(law, asked), "title": title.removeprefix("title:").strip()}
        options |= {"caption": asked.caption} if asked.caption else {}
        content = StringList(code.splitlines(), source=self.get_source_info()[0])
        place = self.lineno, self.content_offset, self.block_text, self.state, self.state_machine
        return "", [*brought("mermaid", [], options, content, *place).run()]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive, of its node in every format, and of the folder of declarations in conf.py."""
    app.add_node(
        MachineNode,
        html=(_html, _pass),
        latex=(_latex, None),
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


def _html(translator: Any, node: MachineNode) -> None:
    if node["html"]:
        translator.body.append(node["html"])
        raise nodes.SkipNode


def _latex(translator: Any, node: MachineNode) -> NoReturn:
    asked: Asked = node["asked"]
    pdf = drawn(law_in(node["folder"]), asked.in_english, "pdf")
    name = f"{NAME}-{hashlib.sha256(pdf).hexdigest()[:16]}.pdf"
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
