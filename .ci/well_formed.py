"""Say whether figures are what their names promise: python .ci/well_formed.py FILE..."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from PIL import Image


def svg(path: Path) -> bool:
    root = ElementTree.parse(path).getroot()
    return root.tag.endswith("}svg") and len(list(root.iter())) > 10


def pdf(path: Path) -> bool:
    data = path.read_bytes()
    return data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF") and b"/Page" in data


def png(path: Path) -> bool:
    with Image.open(path) as image:
        colours = image.convert("RGB").getcolors(maxcolors=image.width * image.height)
    return colours is not None and len(colours) > 4


CHECKS = {".svg": svg, ".pdf": pdf, ".png": png}

for name in sys.argv[1:]:
    if not CHECKS[Path(name).suffix](Path(name)):
        sys.exit(f"{name} is not the figure it should be")
