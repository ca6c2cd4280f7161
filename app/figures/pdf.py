"""Figures as pages of a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QByteArray, QMarginsF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from app.figures.style import POINTS_PER_INCH, FigureStyle, buffer, paint
from core.export import one_line
from core.figure import Figure

RESOLUTION = 1200
# what a PDF says of the moment it was made, left out so that the same figure gives the same file
DATED = re.compile(rb"/(?:Creation|Mod)Date \(D:[^)]{,40}\)|/ID \[[<>0-9A-Fa-f\s]+\]")


def pdf(figures: Iterable[Figure], style: FigureStyle) -> bytes:
    """PDF with a page for each figure, the pages as large as those of the style."""
    device, data = buffer()
    writer = QPdfWriter(device)
    writer.setResolution(RESOLUTION)
    page = style.page.toSize()  # Qt's pages are whole points
    across, down = page.width() / style.page.width(), page.height() / style.page.height()
    writer.setPageSize(
        QPageSize(page.toSizeF(), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    )
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(one_line(style.title))
    writer.setCreator("Chainlight")
    writer.setDocumentXmpMetadata(QByteArray(b'<?xpacket begin="" id=""?><?xpacket end="r"?>'))
    with QPainter(writer) as painter:
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        painter.scale(across * RESOLUTION / POINTS_PER_INCH, down * RESOLUTION / POINTS_PER_INCH)
        for number, figure in enumerate(figures):
            if number:
                writer.newPage()
            painter.save()
            paint(painter, figure, style)
            painter.restore()
    # blanks of the same length keep every offset in the file right
    return DATED.sub(lambda match: b" " * len(match[0]), bytes(data.data()))
