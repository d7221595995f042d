"""The colours of the HTML file: those of the pictures, for light pages, dark ones and print.

Imports the palettes; a picture is drawn once, in the light one, and recoloured by the page that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from ims_fsm.draw.palette import DARK, LIGHT, PRINT, Paint, Palette

_NAMES = {"paper": "paper", "ink": "ink", "aside": "aside"}
_PAINTS = {"grey": "blue_grey", "green": "green", "red": "red", "amber": "amber", "blue": "blue", "end": "neutral"}


def _colours(palette: Palette) -> Iterator[str]:
    for each in fields(palette):
        colour = getattr(palette, each.name)
        yield from (colour.fill, colour.line) if isinstance(colour, Paint) else (colour,)


# For every colour of a light picture the one that stands for it by night.
BY_NIGHT: Mapping[str, str] = dict(zip(_colours(LIGHT), _colours(DARK), strict=True))


def styled(style: str) -> str:
    """Return a style sheet with its colours: each comment that names a palette is replaced by what it names."""
    named = {
        "/* light */": _variables(LIGHT),
        "/* dark */": _variables(DARK),
        "/* print */": _variables(PRINT),
        "/* pictures by night */": _recoloured(".picture"),
    }
    for comment, rules in named.items():
        style = style.replace(comment, rules)
    return style


def _variables(palette: Palette) -> str:
    told = [f"--{name}: {getattr(palette, field)};" for name, field in _NAMES.items()]
    for name, field in _PAINTS.items():
        paint: Paint = getattr(palette, field)
        told.append(f"--{name}: {paint.line}; --{name}-tint: {paint.fill};")
    return " ".join(told)


def _recoloured(where: str) -> str:
    rules = []
    for light, dark in sorted(BY_NIGHT.items()):
        rules += [f'{where} [fill="{light}"]{{fill:{dark}}}', f'{where} [stroke="{light}"]{{stroke:{dark}}}']
    return "\n".join(rules)
