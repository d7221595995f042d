"""A hook of the site: what pyproject.toml says of the project, its releases side by side, and that nothing is missing.

Imports MkDocs alone. A site is a release's where its folder is named as the version is: `make docs RELEASES=FOLDER`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
#: Where a reader of a folder of releases comes in.
FIRST = """<!DOCTYPE html>
<meta charset="utf-8">
<title>ims_fsm</title>
<meta http-equiv="refresh" content="0; url={newest}/index.html">
<a href="{newest}/index.html">The documentation of {newest}</a>
"""
_LOCAL = re.compile(r'\b(?:src|srcset|href)="(?P<path>[^":#?\s]+)(?:[#?][^"]*)?"')


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take addresses and the version from pyproject.toml: `[project.urls]` has Documentation, Repository and Issues."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    urls = project.get("urls", {})
    version, address = project["version"], urls.get("Documentation", "").rstrip("/")
    is_release = Path(config.site_dir).name == version
    config.site_url = address and (f"{address}/{version}/" if is_release else f"{address}/")
    config.repo_url = urls.get("Repository")
    config.extra |= {"issues": urls.get("Issues"), "release": version, "is_release": is_release}
    return config


def on_post_build(config: MkDocsConfig) -> None:
    """Hold that all that pages show and link is there; list a release beside those before it."""
    site = Path(config.site_dir)
    if missing := sorted(set(missing_in(site))):
        raise PluginError("The site lacks what its pages name:\n" + "\n".join(missing))
    if config.extra["is_release"]:
        list_releases(site.parent)


def missing_in(site: Path) -> Iterator[str]:
    """Give what pages of a site name and the site does not have."""
    listed = site.parent.resolve() / "versions.js"
    for page in site.rglob("*.html"):
        for name in {link["path"] for link in _LOCAL.finditer(page.read_text("utf-8"))}:
            # The page of what is not found is read at any place; the list of releases is written beside them later.
            path = (page.parent / unquote(name)).resolve()
            if not name.startswith("/") and not path.exists() and path != listed:
                yield f"{page.relative_to(site)}: {name}"


def list_releases(folder: Path) -> None:
    """Write the list of a folder's releases, the newest first, and a first page that leads to it."""
    found = [path.parent.name for path in folder.glob("*/objects.inv")]
    versions = sorted(found, key=lambda name: [int(part) for part in re.findall(r"\d+", name)], reverse=True)
    (folder / "versions.js").write_text(f"window.releases = {json.dumps(versions)};\n", "utf-8")
    (folder / "index.html").write_text(FIRST.format(newest=versions[0]), "utf-8")
