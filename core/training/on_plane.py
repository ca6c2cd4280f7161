"""What is shown on the plane of a run beside the prediction and the training examples."""

from __future__ import annotations

from msgspec import Struct


class OnPlane(Struct, frozen=True):
    """What is shown on the plane.

    test_points   the examples kept for testing
    this_batch    a ring around each example of the next update
    two_colours   the predicted class alone, without how sure it is
    unit_lines    where each unit of the first layer is 0
    """

    test_points: bool = True
    this_batch: bool = True
    two_colours: bool = False
    unit_lines: bool = False
