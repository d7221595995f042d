"""What the hooks of the site do: words linked, pictures for light and dark, releases side by side, nothing missing."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from mkdocs.exceptions import PluginError

from docs.hooks import beside, explorer, glossary, project, shades
from ims_fsm.law.loading import shipped_law

DOCS = beside.DOCS
WORDS = {
    "2B period": glossary.Term("2b-period", "The period of its GSTR-2B."),
    "guard": glossary.Term("guard", "It refuses."),
}


def page(uri: str) -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(src_uri=uri, dest_uri=uri.replace(".md", ".html")))


def files(*uris: str) -> SimpleNamespace:
    at = {uri: page(uri).file for uri in uris}
    return SimpleNamespace(get_file_from_path=at.get)


def linked(text: str) -> str:
    return glossary.Linked(WORDS, "glossary.html").linked(text)


def test_the_first_use_of_a_word_is_a_link_that_tells_what_it_is():
    assert linked("<p>Guards &amp; a guard of a 2B period.</p>") == (
        '<p><a class="term" href="glossary.html#guard" title="It refuses.">Guards</a> &amp; a guard of a '
        '<a class="term" href="glossary.html#2b-period" title="The period of its GSTR-2B.">2B period</a>.</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<h2>guard</h2>",
        "<pre><code>guard</code></pre>",
        '<a href="x">the guard</a>',
        "<svg><text>guard</text></svg>",
        "<p>safeguard, guard-rail</p><!-- guard --><br/>&#8377;",
        '<img alt="guard">',
    ],
)
def test_what_is_code_a_heading_or_a_link_stays(text):
    assert linked(text) == text


def test_every_word_of_the_glossary_has_its_place_and_a_sentence():
    text = (DOCS / glossary.GLOSSARY).read_text("utf-8")
    entries = re.findall(r"^\*\*(.+?)\*\*<a id=", text, re.MULTILINE)
    assert entries == sorted(entries, key=str.lower)
    found = glossary.terms(DOCS / glossary.GLOSSARY)
    assert {"2B period", "E and S", "disposition", "specified record", "QRMP", "add-back", "IFF"} <= set(found)
    assert not {"action", "case", "record", "rule"} & set(found)
    assert all(f'id="{term.anchor}"' in text and len(term.says) > 15 for term in found.values())
    assert [term.says for term in found.values() if not re.fullmatch(r"(?:(?!\. ).)+\.", term.says)] == []


def test_a_word_is_told_by_its_first_sentence_whatever_stands_before_its_full_stop(tmp_path):
    says = {"a": "The tax ITC. More.", "b": "Rule 37A. More", "c": "One, e.g. two; `s.16(4)`. More", "d": "All of it"}
    entries = (f'**{word}**<a id="{word}"></a>\n: {said}\n' for word, said in says.items())
    (tmp_path / "glossary.md").write_text("\n".join(entries))
    told = {word: term.says for word, term in glossary.terms(tmp_path / "glossary.md").items()}
    assert told == {"a": "The tax ITC.", "b": "Rule 37A.", "c": "One, e.g. two; s.16(4).", "d": "All of it."}


def test_a_picture_with_a_dark_sister_follows_the_readers_choice():
    pair = (
        '<picture><source media="(prefers-color-scheme: dark)" srcset="a.dark.svg"><img alt="A" src="a.svg"></picture>'
    )
    both = '<img alt="A" src="a.svg#only-light"><img alt="A" src="a.dark.svg#only-dark">'
    assert shades.on_page_content(pair, None, None, None) == both


def test_a_machines_page_leads_to_its_situations():
    for machine in shipped_law().machines:
        text = (DOCS / "lifecycle" / f"{machine}.md").read_text("utf-8")
        with_link = explorer.on_page_markdown(text, page(f"lifecycle/{machine}.md"), None, None)
        assert f"(../explorer.html#machine={machine})" in with_link
        assert with_link.index("\n# ") < with_link.index("explorer.html")
    assert explorer.on_page_markdown("# Rules\n", page("lifecycle/refusals.md"), None, None) == "# Rules\n"


def test_the_explorer_leads_back_to_the_site(monkeypatch):
    explorer.explorer.cache_clear()
    monkeypatch.setattr(explorer, "explorer_file", lambda _law: "<body><header><h1>Explorer</h1>")
    assert explorer.explorer() == f"<body><header>\n{explorer.BACK}<h1>Explorer</h1>"
    explorer.explorer.cache_clear()
    monkeypatch.setattr(explorer, "explorer_file", lambda _law: "<body><h1>Explorer</h1>")
    with pytest.raises(PluginError, match="no <header>"):
        explorer.explorer()


def test_what_html_shows_from_elsewhere_comes_along():
    text = '<img src="../../diagrams/invoice.svg">'
    shown = beside.on_page_markdown(text, page("lifecycle/invoice.md"), None, files())
    assert shown == '<img src="../source/diagrams/invoice.svg">'


def test_what_a_page_names_and_the_site_lacks_is_told(tmp_path: Path):
    (tmp_path / "b.html").write_text("")
    (tmp_path / "a.html").write_text('<a href="b.html#x"><a href="https://x.example"><img src="c.svg#only-dark">')
    assert list(project.missing_in(tmp_path)) == ["a.html: c.svg"]


def test_only_the_list_of_releases_may_be_elsewhere(tmp_path: Path):
    site = tmp_path / "1.2.0"
    (site / "guide").mkdir(parents=True)
    names = ("../../versions.js", "../versions.js", "../assets/versions.js")
    (site / "guide" / "a.html").write_text("".join(f'<script src="{name}"></script>' for name in names))
    assert sorted(project.missing_in(site)) == [f"guide/a.html: {name}" for name in sorted(names[1:])]


def test_releases_are_listed_the_newest_first(tmp_path: Path):
    for name in ("0.9.0", "0.10.0", "drafts"):
        (tmp_path / name).mkdir()
    for name in ("0.9.0", "0.10.0"):
        (tmp_path / name / "objects.inv").touch()
    project.list_releases(tmp_path)
    assert (tmp_path / "versions.js").read_text() == 'window.releases = ["0.10.0", "0.9.0"];\n'
    assert 'url=0.10.0/index.html"' in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize("address", ["https://docs.example/ims", "https://docs.example/ims/"])
@pytest.mark.parametrize(("folder", "below"), [("releases/1.2.0", "1.2.0/"), ("site", "")])
def test_the_project_says_where_it_is_published(tmp_path, monkeypatch, address, folder, below):
    config = SimpleNamespace(site_dir=folder, extra={}, site_name="ims_fsm", site_description="It says.")
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nversion = "1.2.0"\n[project.urls]\nDocumentation = "{address}"\nIssues = "https://i.example"\n'
    )
    monkeypatch.setattr(project, "PROJECT", tmp_path / "pyproject.toml")
    project.on_config(config)
    assert (config.site_url, config.repo_url) == (f"https://docs.example/ims/{below}", None)
    assert config.extra == {"issues": "https://i.example", "release": "1.2.0", "is_release": folder != "site"}
    assert card(config, "..") == f"https://docs.example/ims/{below}pictures/card.png"


def test_a_site_without_an_address_shows_its_card_by_the_way_to_it():
    config = SimpleNamespace(site_url="", site_name="ims_fsm", site_description="It says.")
    assert card(config, "..") == "../pictures/card.png"


def card(config: SimpleNamespace, base_url: str) -> str:
    """Return the picture that a page's head names."""
    base = jinja2.DictLoader({"base.html": "{% block extrahead %}{% endblock %}"})
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(DOCS / "overrides"), base])
    extra = SimpleNamespace(is_release=False)
    page = jinja2.Environment(loader=loader, autoescape=True).get_template("main.html")
    text = page.render(config=SimpleNamespace(**{**vars(config), "extra": extra}), base_url=base_url)
    (named,) = re.findall(r'property="og:image" content="([^"]*)"', text)
    return str(named)
