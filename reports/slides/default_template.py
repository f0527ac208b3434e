"""Our own slides before anything is written on them: 16:9, the theme's colours as the colours of the file."""

from __future__ import annotations

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.presentation import Presentation as Deck
from pptx.util import Pt

from reports.documents import document_theme

WIDTH, HEIGHT = 960.0, 540.0
MARGIN = 48.0
_BOXES = {
    PP_PLACEHOLDER.TITLE: (MARGIN, 34, WIDTH - 2 * MARGIN, 70),
    PP_PLACEHOLDER.BODY: (MARGIN, 112, WIDTH - 2 * MARGIN, 378),
    PP_PLACEHOLDER.DATE: (WIDTH - 260, 506, 100, 18),
    PP_PLACEHOLDER.FOOTER: (MARGIN, 506, 620, 18),
    PP_PLACEHOLDER.SLIDE_NUMBER: (WIDTH - MARGIN - 80, 506, 80, 18),
}
_OPENING = {
    PP_PLACEHOLDER.CENTER_TITLE: (MARGIN, 150, WIDTH - 2 * MARGIN, 110),
    PP_PLACEHOLDER.SUBTITLE: (MARGIN, 274, WIDTH - 2 * MARGIN, 150),
}
_KEPT = ("Title Slide", "Title and Content", "Title Only")
"""Of the library's own template, which nobody else can rename."""
_THEME_COLOURS = {
    "dk1": "textColor",
    "lt1": "backgroundColor",
    "dk2": "grayTextColor",
    "lt2": "secondaryBackgroundColor",
}


def empty() -> Deck:
    """A presentation without slides, in our look."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in _KEPT:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    _place(master.placeholders, _BOXES)
    for layout in deck.slide_layouts:
        _place(layout.placeholders, _OPENING)
    _type(master.element)
    for layout in deck.slide_layouts:
        if layout.name == _KEPT[0]:
            _cover(layout.element)
    for part in master.part.rels.values():
        if part.reltype.endswith("/theme"):
            part.target_part._blob = _coloured(part.target_part.blob)
    return deck


def _place(placeholders: object, boxes: dict) -> None:
    for shape in placeholders:  # type: ignore[attr-defined]
        box = boxes.get(shape.placeholder_format.type)
        if box:
            shape.left, shape.top, shape.width, shape.height = (Pt(v) for v in box)
            frame = shape.text_frame
            frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _type(master: etree._Element) -> None:
    """Titles left, bold, at the top of their box; the line at the foot small and grey."""
    style = master.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    assert style is not None
    style.set("algn", "l")
    run = style.find(qn("a:defRPr"))
    assert run is not None
    run.set("sz", str(int(100 * document_theme.LARGEST_TITLE)))
    run.set("b", "1")
    for shape in master.iter(qn("p:sp")):
        kind = shape.find(f".//{qn('p:ph')}").get("type")
        body = shape.find(f".//{qn('a:bodyPr')}")
        if kind == "title":
            body.set("anchor", "t")
            for fitted in list(body):
                body.remove(fitted)
        if kind in ("dt", "ftr", "sldNum"):
            first = shape.find(f".//{qn('a:lvl1pPr')}")
            first.set("algn", "r" if kind == "sldNum" else "l")
            small = first.find(qn("a:defRPr"))
            small.set("sz", "1100")
            for fill in list(small):
                small.remove(fill)
            grey = etree.SubElement(etree.SubElement(small, qn("a:solidFill")), qn("a:schemeClr"))
            grey.set("val", "tx2")


def _cover(layout: etree._Element) -> None:
    """The opening slide: the accent as its ground, the title large, all of it to the left."""
    ground = OxmlElement("p:bg")
    properties = etree.SubElement(ground, qn("p:bgPr"))
    etree.SubElement(etree.SubElement(properties, qn("a:solidFill")), qn("a:schemeClr"), val="accent1")
    etree.SubElement(properties, qn("a:effectLst"))
    layout.find(qn("p:cSld")).insert(0, ground)
    for shape in layout.iter(qn("p:sp")):
        kind = shape.find(f".//{qn('p:ph')}").get("type")
        if kind not in ("ctrTitle", "subTitle"):
            continue
        style = shape.find(f".//{qn('a:lstStyle')}")
        assert style is not None
        for old in list(style):
            style.remove(old)
        first = etree.SubElement(style, qn("a:lvl1pPr"), algn="l", marL="0", indent="0")
        etree.SubElement(first, qn("a:buNone"))
        run = etree.SubElement(first, qn("a:defRPr"), sz="4000" if kind == "ctrTitle" else "1800")
        etree.SubElement(etree.SubElement(run, qn("a:solidFill")), qn("a:schemeClr"), val="bg1")
        body = shape.find(f".//{qn('a:bodyPr')}")
        assert body is not None
        body.set("anchor", "b" if kind == "ctrTitle" else "t")
        for fitted in list(body):
            body.remove(fitted)


def _coloured(theme: bytes) -> bytes:
    tree = etree.fromstring(theme)
    accents = {f"accent{i}": colour for i, colour in enumerate(document_theme.palette(), start=1)}
    named = {name: document_theme.colour(of) for name, of in _THEME_COLOURS.items()} | accents
    named |= {"hlink": document_theme.colour("linkColor"), "folHlink": document_theme.colour("violetColor")}
    scheme = tree.find(f".//{qn('a:clrScheme')}")
    assert scheme is not None
    scheme.set("name", "Concord")
    for name, value in named.items():
        slot = scheme.find(qn(f"a:{name}"))
        assert slot is not None
        for old in list(slot):
            slot.remove(old)
        etree.SubElement(slot, qn("a:srgbClr")).set("val", value)
    for family in ("major", "minor"):
        fonts = tree.find(f".//{qn(f'a:{family}Font')}")
        assert fonts is not None
        for tag, face in (("latin", document_theme.FONT), ("ea", document_theme.FAR_EAST)):
            slot = fonts.find(qn(f"a:{tag}"))
            assert slot is not None
            slot.set("typeface", face)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))
