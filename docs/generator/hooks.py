"""What the site needs beyond its pages: pages that live elsewhere in the repository, and proof that nothing is fetched.

mkdocs calls `on_files`, `on_page_markdown` and `on_post_build`. It is imported only where a site is built.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BORROWED = {"columns.md": "results/README.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages of the site by the file that is their source."""
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src", "object": "data"}
"""By element the attribute whose address a browser fetches by itself."""
STYLE_ADDRESS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)")


def on_files(files: Any, config: Any) -> Any:
    """The files of the site, with the borrowed pages."""
    from mkdocs.structure.files import File

    for page, source in BORROWED.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page, its links turned to where the targets stand in the site."""
    return site_links(markdown, page.file.src_uri)


def site_links(markdown: str, page: str) -> str:
    """The text of a page with links to borrowed pages, and from them, as the site has them.

    Args:
        markdown: the text.
        page: its path below `docs/`.
    """
    if page in BORROWED:
        markdown = re.sub(r"\]\((?:\.\./)?docs/(decisions/)\)", "](decisions/0001-rooms.md)", markdown)
        return re.sub(r"\]\((?:\.\./)?docs/", "](", markdown)
    up = "../" * (page.count("/") + 1)
    for target, source in BORROWED.items():
        markdown = markdown.replace(f"]({up}{source}", f"]({up[3:]}{target}")
    return markdown


def on_post_build(config: Any) -> None:
    """Stop where a page of the site would fetch anything from elsewhere."""
    found = fetched_from_elsewhere(Path(config.site_dir))
    if found:
        from mkdocs.exceptions import PluginError

        raise PluginError("The site must work without a network, but it would fetch:\n" + "\n".join(found))


def fetched_from_elsewhere(folder: Path) -> list[str]:
    """`page: address` for everything that a browser would fetch from another host when it opens a page or style of the folder."""
    found = []
    for path in sorted(folder.rglob("*.html")):
        finder = _Finder()
        finder.feed(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(folder)}: {address}" for address in finder.addresses]
    for path in sorted(folder.rglob("*.css")):
        found += [f"{path.relative_to(folder)}: {address}" for address in STYLE_ADDRESS.findall(path.read_text(encoding="utf-8"))]
    return found


class _Finder(HTMLParser):
    """Collects addresses on other hosts that a page loads; what a reader may click on is none."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = dict(attrs)
        self._in_style = tag == "style"
        loaded = [values.get(LOADED.get(tag, "")) or ""]
        if tag == "link" and (values.get("rel") or "") not in ("canonical", "prev", "next", "alternate"):
            loaded.append(values.get("href") or "")
        loaded += [part.split()[0] for part in (values.get("srcset") or "").split(",") if part.strip()]
        loaded += STYLE_ADDRESS.findall(values.get("style") or "")
        self.addresses += [address for address in loaded if re.match(r"(https?:)?//", address)]

    def handle_data(self, data: str) -> None:
        """Look at the text of a style."""
        if self._in_style:
            self.addresses += STYLE_ADDRESS.findall(data)
