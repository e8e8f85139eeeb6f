"""The last 24 hours of one connection: what its calls cost, what is left, how often its token was renewed."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QVBoxLayout, QWidget

from zoho_console.screens import day_words
from zoho_console.screens.table import plain_tooltip
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.ui.parts.basics import card, label, row
from zoho_console.ui.parts.plot import BarPlot, LinePlot
from zoho_console.ui.theme import Look

GAP, SIDE_BY_SIDE = 16, 720


class HealthPlots(QWidget):
    """Two cards beside each other, or one under the other where the window is narrow; a choice where there are several
    connections."""

    def __init__(self, screen: TokenHealthScreen, look: Look) -> None:
        super().__init__()
        self._screen = screen
        self.which = QComboBox()
        self.which.setAccessibleName("Connection of the plots")
        self.which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.which.setMinimumContentsLength(24)
        self.which.activated.connect(self._chosen)
        self._of = label("The last 24 hours of", "muted")
        self.credits, self.left, self.renewals = BarPlot(look), LinePlot(look), BarPlot(look)
        self.credits_words, self.renewals_words = label("", "small", wraps=True), label("", "small", wraps=True)
        self.left_words = label("", "small", wraps=True)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(GAP)
        self._cards.addWidget(self._credits_card(), 1)
        self._cards.addWidget(self._renewals_card(), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self._of, self.which, None))
        layout.addLayout(self._cards)

    def show_state(self) -> None:
        """Draw the day of the connection that is chosen."""
        connections = [one.connection for one in self._screen.health]
        names = [one.name for one in connections]
        if [self.which.itemText(number) for number in range(self.which.count())] != names:
            self.which.clear()
            for one in connections:
                self.which.addItem(one.name, one.id)
        self.which.setCurrentIndex(self.which.findData(self._screen.days.plotted))
        for part in (self._of, self.which):
            part.setVisible(len(names) > 1)
        overview = self._screen.days.overview
        hours = overview.hours
        self.credits_words.setText(day_words.credits_sentence(overview))
        self.renewals_words.setText(day_words.renewals_sentence(overview))
        self.left_words.setText(day_words.left_spoken(overview))
        self.credits_words.setToolTip(plain_tooltip(day_words.left_spoken(overview)))
        self.credits.show_bars(
            day_words.credit_bars(overview), name="Credits used, by the hour", spoken=day_words.credits_spoken(overview)
        )
        self.renewals.show_bars(
            day_words.renewal_bars(overview), name="Renewals, by the hour", spoken=day_words.renewals_spoken(overview)
        )
        self.left.show_values(
            [one.left for one in hours], [one.at for one in day_words.credit_bars(overview)], day_words.RESERVE,
            name="Credits left", spoken=day_words.left_spoken(overview),
        )  # fmt: skip
        is_known = overview.left is not None
        self.left.setVisible(is_known)
        self.left_words.setVisible(is_known)  # else the two plots would end at different heights

    def arrange(self, width: int) -> None:
        """Beside each other where there is room."""
        wide = width >= SIDE_BY_SIDE
        self._cards.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _credits_card(self) -> QFrame:
        frame, inside = card(spacing=6)
        inside.addWidget(label("API credits, last 24 hours", "card-title"))
        for part in (self.credits_words, self.credits, self.left_words, self.left):
            inside.addWidget(part, 1 if part in (self.credits, self.left) else 0)
        return frame

    def _renewals_card(self) -> QFrame:
        frame, inside = card(spacing=6)
        inside.addWidget(label("Renewals, last 24 hours", "card-title"))
        inside.addWidget(self.renewals_words)
        inside.addWidget(self.renewals, 1)
        return frame

    def _chosen(self, number: int) -> None:
        self._screen.days.choose(self.which.itemData(number))
        self.show_state()
