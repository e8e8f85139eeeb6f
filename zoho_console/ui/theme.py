"""All colours, sizes and the style sheet: light and dark, by the design language in docs/design.md."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from zoho_console.paths import shipped
from zoho_console.ui.icons import tinted_icon


@dataclass(frozen=True, slots=True)
class Theme:
    """Colour tokens; text on its own ground has a contrast of at least 4.5 to 1."""

    name: str
    bg: str
    surface: str
    raised: str
    rail: str
    line: str
    line_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_bg: str
    on_accent: str
    good: str
    good_bg: str
    warn: str
    warn_bg: str
    bad: str
    bad_bg: str
    before: str
    after: str


LIGHT = Theme(
    name="light", bg="#F6F7F9", surface="#FFFFFF", raised="#FFFFFF", rail="#FBFCFD", line="#E3E6EB",
    line_strong="#CBD1DA", text="#1A1F29", muted="#5B6472", faint="#8A93A2", accent="#2457D6",
    accent_hover="#1D49B8", accent_bg="#E9EFFD", on_accent="#FFFFFF", good="#177245", good_bg="#E4F5EC",
    warn="#9A5B00", warn_bg="#FDF1DC", bad="#B3261E", bad_bg="#FCE9E7", before="#8A2A22", after="#14663B",
)  # fmt: skip
DARK = Theme(
    name="dark", bg="#12151B", surface="#191D25", raised="#20252F", rail="#151920", line="#2B313D",
    line_strong="#3A4250", text="#E7EAF0", muted="#A3ACBA", faint="#79828F", accent="#7EA2FF",
    accent_hover="#9BB7FF", accent_bg="#222E4E", on_accent="#0E1420", good="#5FD39A", good_bg="#173226",
    warn="#F0B65A", warn_bg="#3A2C12", bad="#FF8A80", bad_bg="#3D1E1C", before="#FF9C93", after="#6FE0A5",
)  # fmt: skip

# The edge of the status bar tells connections apart; the name is always beside it.
CONNECTION_COLOURS = ("#7C4DDB", "#0E8A7D", "#C2571A", "#B0307A", "#3E7B1F", "#1F78C1")

BODY_PX = 13
ROW_HEIGHT = 34
FONT_FAMILIES = ["Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]


class Look(QObject):
    """The theme in use. Signals: `changed` after the appearance changed; whoever paints by hand repaints."""

    changed = Signal()

    def __init__(self, application: QApplication, appearance: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._appearance = appearance
        self.theme = LIGHT
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(_font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(partial(self.use, None))
        self.use(appearance)

    def use(self, appearance: str | None, *_: object) -> None:
        """Show `system`, `light` or `dark`; None keeps the choice and follows the system again."""
        self._appearance = appearance or self._appearance
        dark = self._appearance == "dark"
        if self._appearance == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.theme = DARK if dark else LIGHT
        self._application.setPalette(_palette(self.theme))
        self._application.setStyleSheet(style_sheet(self.theme))
        self.changed.emit()

    def colour(self, token: str) -> QColor:
        """The colour of a token such as `muted` or `good_bg`."""
        return QColor(getattr(self.theme, token))

    def icon(self, name: str, token: str = "muted") -> QIcon:
        """A shipped icon in the colour of a token."""
        return tinted_icon(name, getattr(self.theme, token))


def connection_colour(index: int) -> str:
    """The colour of a connection by its index."""
    return CONNECTION_COLOURS[index % len(CONNECTION_COLOURS)]


def style_sheet(theme: Theme) -> str:
    """The shipped style files, joined in name order, tokens filled in."""
    text = "\n".join(path.read_text("utf-8") for path in sorted((shipped("resources") / "style").glob("*.qss")))
    tokens = {**asdict(theme), "icons": (shipped("resources") / "icons").as_posix()}
    for token, value in tokens.items():
        text = text.replace("{{" + token + "}}", value)
    return text


def _font() -> QFont:
    font = QFont()
    font.setFamilies(FONT_FAMILIES)
    font.setPixelSize(BODY_PX)
    font.setFeature(QFont.Tag("tnum"), 1)  # figures of one width, so that columns of numbers line up
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, theme.bg), (roles.WindowText, theme.text), (roles.Base, theme.surface),
        (roles.AlternateBase, theme.bg), (roles.Text, theme.text), (roles.Button, theme.surface),
        (roles.ButtonText, theme.text), (roles.Highlight, theme.accent_bg), (roles.HighlightedText, theme.text),
        (roles.PlaceholderText, theme.faint), (roles.ToolTipBase, theme.raised), (roles.ToolTipText, theme.text),
        (roles.Link, theme.accent), (roles.BrightText, theme.on_accent), (roles.Mid, theme.line),
        (roles.Dark, theme.line_strong), (roles.Light, theme.surface), (roles.Accent, theme.accent),
    ):  # fmt: skip
        palette.setColor(role, QColor(token))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return palette
