# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences with their rows for the backend in containers, as a person works them."""
from accessible import press

CONTAINERS = 2  # the place of the choice


def open_page(app, choose=True):
    """The preferences with their rows for containers."""
    app.choose("Preferences")
    preferences = app.wait(lambda: next((w for w in app.windows if w.name == "Preferences"), None),
                           "the preferences are there")
    if choose:
        kind = app.find("combo box", "^Backend", where=preferences)
        app.wait(lambda: "focused" in kind.states or press("Tab"), "the row has the focus")
        app.press("space")
        app.find("label", "^Containers$", where=preferences)
        for _ in range(CONTAINERS):
            app.press("Down")
        app.press("Return")
    return preferences


def close(app, preferences):
    app.click("button", "^Close$", where=preferences)
    app.wait(lambda: len(app.windows) == 1, "the preferences close")
