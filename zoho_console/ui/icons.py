"""Our icons: 24 by 24 strokes in SVG, tinted in any colour, drawn sharp at any scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from zoho_console.paths import shipped

SIZE = 18
_SCALES = (1, 2, 3)


@lru_cache(maxsize=256)
def tinted_icon(name: str, colour: str) -> QIcon:
    """The icon `name` of resources/icons in a colour `#rrggbb`. Errors: FileNotFoundError for an unknown name."""
    source = (shipped("resources") / "icons" / f"{name}.svg").read_text("utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    icon = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(QSize(SIZE, SIZE) * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, SIZE * scale, SIZE * scale))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        icon.addPixmap(pixmap)
    return icon
