"""XML from a bank, element by element; it can neither reach out of its file nor grow in it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from lxml import etree

from papers.bank_lines import Unreadable

SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
        "remove_comments": True, "remove_pis": True}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a file; paths lead through names of its namespace."""

    xml: Any
    namespace: str

    @property
    def name(self) -> str:
        """Without its namespace."""
        return str(etree.QName(self.xml).localname)

    @property
    def line(self) -> int:
        """Where it begins."""
        return int(self.xml.sourceline or 0)

    def all(self, path: str) -> Iterator["Element"]:
        """The elements at this path."""
        for found in self.xml.iterfind(path, namespaces={None: self.namespace}):
            yield Element(found, self.namespace)

    def has(self, path: str) -> bool:
        """Whether anything is at this path."""
        return any(True for _ in self.all(path))

    def texts(self, *paths: str) -> Iterator[str]:
        """All that is written at these paths."""
        written = ((found.xml.text or "").strip() for path in paths for found in self.all(path))
        return filter(None, written)

    def text(self, *paths: str) -> str:
        """What is written at the first of these paths that has something, else nothing."""
        return next(self.texts(*paths), "")

    def attribute(self, path: str, name: str) -> str:
        """The attribute of the first element at this path, else nothing."""
        return next((str(found.xml.get(name, "")) for found in self.all(path)), "")

    def within(self, name: str) -> "Element":
        """The nearest element of this name around it; ValueError if there is none."""
        for found in self.xml.iterancestors(f"{{{self.namespace}}}{name}"):
            return Element(found, self.namespace)
        raise ValueError(f"{self.name} stands outside of any {name}")

    def forget(self) -> None:
        """Free it, and those like it before."""
        self.xml.clear()
        while (before := self.xml.getprevious()) is not None and before.tag == self.xml.tag:
            self.xml.getparent().remove(before)


def elements(
    stream: BinaryIO, namespaces: Collection[str], names: Collection[str]
) -> Iterator[Element]:
    """The elements of these names as they end, each forgotten before the next; else Unreadable.

    The stream must be able to seek: the root is looked at before anything else is read.
    """
    try:
        namespace = _namespace(stream, namespaces)
        stream.seek(0)
        tags = [f"{{{namespace}}}{name}" for name in names]
        for _, xml in etree.iterparse(stream, events=("end",), tag=tags, **SAFE):
            element = Element(xml, namespace)
            yield element
            element.forget()
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"line {error.lineno}", f"this is no whole XML: {error.msg}") from error


def _namespace(stream: BinaryIO, known: Collection[str]) -> str:
    _, root = next(iter(etree.iterparse(stream, events=("start",), **SAFE)))
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("the file", "it has a document type, which may define anything")
    name = etree.QName(root)
    if name.localname != "Document" or name.namespace not in known:
        found = f"{name.localname} of {name.namespace}"
        raise Unreadable("the file", f"{found[:100]} is none of {', '.join(sorted(known))}")
    return str(name.namespace)
