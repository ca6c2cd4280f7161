"""Functions that a PyTorch script defines where its statements call them: PyTorch has none such."""

from __future__ import annotations

DEFINITIONS = {
    "maxpool": '''\
def maxpool(x, window, stride):
    """The largest entry of each window; entries that are equal share the gradient evenly.

    torch.nn.functional.max_pool2d is faster, and gives it to the first of them alone.
    """
    return x.unfold(-2, window, stride).unfold(-2, window, stride).amax((-2, -1))
''',
    "positional_encoding": '''\
def positional_encoding(x, octaves):
    """The sine and the cosine of 2^l π x for each octave l, one coordinate after the other."""
    angles = x.unsqueeze(-1) * torch.pi * 2.0 ** torch.arange(octaves, device=x.device)
    return torch.stack([torch.sin(angles), torch.cos(angles)], dim=-1).flatten(-3)
''',
}
