"""Compiles the law as a wheel is built, so that the wheel carries it; an editable install compiles at its first start.

Imports Hatchling, and the law of the checkout that is built.
"""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledLaw(BuildHookInterface[Any]):
    """The build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Read, verify and keep the law in `ims_fsm/compiled`; a law with a fault ends the build."""
        del build_data
        if version == "standard":
            sys.path.insert(0, self.root)
            from ims_fsm.law.compiled import compiled  # noqa: PLC0415 - the package is on the path from here on
            from ims_fsm.resources import compiled_folder  # noqa: PLC0415 - as above

            compiled()
            if not any(compiled_folder().glob("law-*.json")):
                raise OSError(f"the compiled law cannot be written to {compiled_folder()}; correct its permissions")
