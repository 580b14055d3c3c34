"""A picture as SVG that stands in a page: text stays text, colours are the page's, and no name is there twice."""

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import PX_PER_INCH

_VARIABLES = {colour.light: f"var({colour.variable})" for colour in Colour}
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile("|".join(_VARIABLES))
_FINE = re.compile(r"-?\d+\.\d{2,}")
# What only a file of its own needs, and what would hold for the whole page.
_SUPERFLUOUS = re.compile(r"<style.*?</style>|<metadata.*?</metadata>|<!--.*?-->", re.DOTALL)
_IN_TAGS = re.compile(r'font-family: [^;"]*;? ?|(?<=<g) id="[^"]*"|xlink:(?=href)| transform="rotate\(-?0 [^"]*"')


def inline_svg(figure: Figure, identity: str, title: str, description: str) -> str:
    """The picture as an `<svg>` element, the same bytes for the same picture.

    Parameters
    ----------
    figure : Figure
        What was drawn.
    identity : str
        Unique in the page: the names that the picture uses within itself are made of it.
    title, description : str
        What is read aloud in place of the picture.
    """
    width_px, height_px = (round(inches * PX_PER_INCH) for inches in figure.get_size_inches())
    return (
        f'<svg viewBox="0 0 {width_px} {height_px}" role="img" aria-labelledby="{identity}-title {identity}-text">'
        f'<title id="{identity}-title">{escape(title)}</title>'
        f'<desc id="{identity}-text">{escape(description)}</desc>'
        f"{_fit_for_a_page(_drawing(figure, identity))}"
    )


def _drawing(figure: Figure, identity: str) -> str:
    """All that Matplotlib writes after its opening tag."""
    stream = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": identity}):
        FigureCanvasSVG(figure).print_svg(stream, metadata=nothing)
    return re.split(r"<svg[^>]*>", stream.getvalue(), maxsplit=1)[1]


def _fit_for_a_page(drawing: str) -> str:
    drawing = _TAG.sub(lambda tag: _fit_tag(tag[0]), _SUPERFLUOUS.sub("", drawing))
    return re.sub(r">\s+<", "><", drawing).strip()


def _fit_tag(tag: str) -> str:
    """A tag in the page's font and colours, with coordinates as fine as can be seen."""
    tag = _IN_TAGS.sub("", " ".join(tag.split()))
    tag = _COLOUR.sub(lambda colour: _VARIABLES[colour[0]], tag)
    return _FINE.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), tag)
