# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the checks of this folder import what the system and display tests stand on."""
import pathlib
import sys

for folder in ("display", "system"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
