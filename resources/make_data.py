"""Make the bundled data files from scikit-learn's raw files: python resources/make_data.py PATH

PATH is an installed sklearn folder or a scikit-learn wheel; numpy is enough, scikit-learn is not imported.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "data"
IRIS_FEATURES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def raw_files(path: Path) -> Path | zipfile.Path:
    """The folder of raw files, in an installed sklearn or inside a wheel."""
    if path.is_dir():
        return path / "datasets" / "data"
    return zipfile.Path(path) / "sklearn" / "datasets" / "data"


def make_digits(raw: Path | zipfile.Path) -> None:
    """Write digits.npz: images (1797, 8, 8) uint8 of 0..16, labels (1797,) uint8."""
    lines = gzip.decompress((raw / "digits.csv.gz").read_bytes()).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    assert table.shape == (1797, 65), table.shape
    images, labels = table[:, :64].reshape(-1, 8, 8), table[:, 64]
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    np.savez_compressed(HERE / "digits.npz", images=images, labels=labels)


def make_iris(raw: Path | zipfile.Path) -> None:
    """Write iris.csv: a header, then 150 flowers with the name of their species."""
    header, *lines = (raw / "iris.csv").read_text(encoding="ascii").splitlines()
    rows, columns, *species = header.split(",")
    assert (rows, columns) == ("150", "4"), header
    flowers = [line.rsplit(",", 1) for line in lines]
    assert np.bincount([int(label) for _, label in flowers]).tolist() == [50, 50, 50]
    text = [",".join((*IRIS_FEATURES, "species")), *(f"{sizes},{species[int(k)]}" for sizes, k in flowers)]
    (HERE / "iris.csv").write_text("\n".join(text) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    HERE.mkdir(exist_ok=True)
    folder = raw_files(Path(sys.argv[1]))
    make_digits(folder)
    make_iris(folder)
