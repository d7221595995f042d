"""What `commands.toml` says of the commands' parameters: everything, and of no other."""

from __future__ import annotations

import pytest

from ims_fsm.cli import options
from ims_fsm.cli.app import PLACES, command_of
from ims_fsm.cli.parameters import BUNDLES, EACH, EVERY, EXAMPLES, FILTERING, FILTERS, SHARED, WORDS


def leaves():
    for name in PLACES:
        group = getattr(command_of(name), "commands", None)
        yield from (
            {f"{name} {last}": made for last, made in group.items()}.items() if group else [(name, command_of(name))]
        )


@pytest.mark.parametrize(("name", "made"), list(leaves()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_parameter_has_words_and_no_others_do(name, made):
    parameters = {parameter.name: parameter for parameter in made.params}
    assert all(parameter.help for parameter in parameters.values()), name
    assert WORDS.get(name, {}).keys() <= parameters.keys()


def test_no_words_are_for_a_command_that_is_not_there():
    names = dict(leaves())
    assert WORDS.keys() - {EVERY, EACH, EXAMPLES, *BUNDLES} <= names.keys()
    used = {parameter.name for made in names.values() for parameter in made.params}
    assert SHARED.keys() <= WORDS[EVERY].keys() <= used
    assert FILTERING.keys() == WORDS[FILTERS].keys() == {*options.FILTERS, "where"}
