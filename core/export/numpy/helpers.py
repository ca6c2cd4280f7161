"""The functions a NumPy script defines where it needs them, as one would show them on a slide.

HELPERS   the text of each by its name: the kernels that are no single expression, and what these call
NEEDS     the functions that a helper calls itself
"""

from __future__ import annotations

VECTORS = {
    "gate": '''\
def gate(a, b):
    """The product a b, and 0 where a is 0, whatever b is there."""
    return np.where(a == 0, 0.0, a * b)[()]
''',
    "erf": '''\
def erf(x):
    """The error function, entry by entry."""
    return np.vectorize(math.erf)(x)[()]
''',
    "softmax": '''\
def softmax(x):
    """Exponentials divided by their sum; shifted by the largest, so that none overflows."""
    e = np.exp(x - np.max(x))
    return e / np.sum(e)
''',
    "logsumexp": '''\
def logsumexp(x):
    """The logarithm of the sum of exponentials; shifted by the largest, so that none overflows."""
    return np.max(x) + np.log(np.sum(np.exp(x - np.max(x))))
''',
    "log_softmax": '''\
def log_softmax(x):
    """The logarithm of softmax; shifted by the largest, so that none overflows."""
    shifted = x - np.max(x)
    return shifted - np.log(np.sum(np.exp(shifted)))
''',
    "share": '''\
def share(x, out):
    """1 where x is out, split evenly among ties."""
    hit = 1.0 * (x == out)
    return hit / np.sum(hit)
''',
    "unit": '''\
def unit(x, length):
    """x divided by its length, and 0 where that is 0."""
    return x / length if length else np.zeros_like(x)
''',
    "others": '''\
def others(x):
    """For each entry the product of all the others: of those before it and those after it."""
    flat = np.ravel(x)
    before = np.cumprod(np.append(1.0, flat[:-1]))
    after = np.cumprod(np.append(1.0, flat[:0:-1]))[::-1]
    return np.reshape(before * after, np.shape(x))
''',
    "put": '''\
def put(g, x, k):
    """Zeros in the shape of x with g at entry k."""
    found = np.zeros(np.shape(x))
    found[int(k)] = g
    return found
''',
    "onehot": '''\
def onehot(k, x):
    """1 at entry k and 0 elsewhere, in the shape of x."""
    return 1.0 * (np.arange(len(x)) == int(k))
''',
}
ROWS = {
    "softmax_rows": '''\
def softmax_rows(x):
    """The softmax of each row."""
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
''',
    "logsumexp_rows": '''\
def logsumexp_rows(x):
    """The logarithm of the sum of exponentials of each row."""
    top = np.max(x, axis=1)
    return top + np.log(np.sum(np.exp(x - top[:, None]), axis=1))
''',
    "log_softmax_rows": '''\
def log_softmax_rows(x):
    """The logarithm of the softmax of each row."""
    shifted = x - np.max(x, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
''',
    "choose": '''\
def choose(x, k):
    """Of each row the entry that k tells, one number for each row or one for all."""
    return x[np.arange(len(x)), np.asarray(k).astype(int)]
''',
    "put_rows": '''\
def put_rows(g, x, k):
    """Zeros in the shape of x with an entry of g in each row, where k tells."""
    found = np.zeros(np.shape(x))
    found[np.arange(len(x)), np.asarray(k).astype(int)] = g
    return found
''',
    "onehot_rows": '''\
def onehot_rows(k, x):
    """In each row 1 where k tells and 0 elsewhere, in the shape of x."""
    return put_rows(1.0, x, k)
''',
    "flip": '''\
def flip(x):
    """Turned by 180 degrees: a vector from end to end, else rows and columns, the last two axes."""
    return x[..., ::-1, ::-1] if np.ndim(x) > 1 else x[::-1]
''',
}
ARRAYS = {
    "stack": '''\
def stack(*parts):
    """Values of one shape as the entries of a new first axis."""
    return np.stack(parts)
''',
    "concat": '''\
def concat(x, y):
    """One array after the other along the first axis; a number is an array of one entry."""
    return np.concatenate([np.atleast_1d(x), np.atleast_1d(y)])
''',
    "front": '''\
def front(g, x):
    """As many entries from the start as x has."""
    return g[: len(x)] if np.ndim(x) else g[0]
''',
    "rear": '''\
def rear(g, y):
    """As many entries from the end as y has."""
    return g[-len(y) :] if np.ndim(y) else g[-1]
''',
    "paste": '''\
def paste(g, x, start, stop, axis):
    """Zeros in the shape of x with g in the range from start to stop along an axis."""
    found = np.zeros(np.shape(x))
    np.moveaxis(found, axis, 0)[start:stop] = np.moveaxis(g, axis, 0)
    return found
''',
    "positional_encoding": '''\
def positional_encoding(x, octaves):
    """The sine and the cosine of 2^l π x for each octave l, one coordinate after the other."""
    angles = np.outer(x, np.pi * 2.0 ** np.arange(octaves))
    return np.ravel(np.stack([np.sin(angles), np.cos(angles)], axis=-1))
''',
    "positional_slope": '''\
def positional_slope(x, g, octaves):
    """What comes back to each coordinate from its sines and cosines."""
    frequencies = np.pi * 2.0 ** np.arange(octaves)
    angles = np.outer(x, frequencies)
    sine, cosine = np.moveaxis(np.reshape(g, (*angles.shape, 2)), -1, 0)
    slopes = (sine * np.cos(angles) - cosine * np.sin(angles)) @ frequencies
    return np.reshape(slopes, np.shape(x))
''',
    "kept": '''\
def kept(x, p, seed):
    """0 for each entry with chance p, else 1 / (1 - p); which ones follows from the seed."""
    return (np.random.default_rng(seed).random(np.shape(x)) >= p) / (1 - p)
''',
}
PICTURES = {
    "filter_stack": '''\
def filter_stack(W, x):
    """Filters as (filters, channels, rows, columns), whatever axes of length 1 were left out."""
    channels = len(x) if np.ndim(x) == 3 else 1
    return np.reshape(W, (-1, channels, *np.shape(W)[-2:]))
''',
    "windows_of": '''\
def windows_of(x, rows, columns, stride, padding=0):
    """All windows of a picture in a frame of zeros: (channels, places down, places across, rows, columns)."""
    channels = np.reshape(x, (-1, *np.shape(x)[-2:]))
    framed = np.pad(channels, ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, (rows, columns), (1, 2))
    return windows[:, ::stride, ::stride]
''',
    "laid_back": '''\
def laid_back(windows, x, stride, padding=0):
    """Windows laid back where they were cut out and added up, in the shape of x, without the frame."""
    channels, down, across, rows, columns = windows.shape
    height, width = np.shape(x)[-2:]
    found = np.zeros((channels, height + 2 * padding, width + 2 * padding))
    for i in range(rows):
        for j in range(columns):
            found[:, i : i + stride * down : stride, j : j + stride * across : stride] += windows[..., i, j]
    inner = found[:, padding : padding + height, padding : padding + width]
    return np.reshape(inner, np.shape(x))
''',
    "conv2d": '''\
def conv2d(x, W, stride, padding):
    """Each filter's dot product with the window at every place; several filters make several channels."""
    filters = filter_stack(W, x)
    windows = windows_of(x, *filters.shape[2:], stride, padding)
    maps = np.einsum("chwij,fcij->fhw", windows, filters, optimize=True)
    return maps if np.ndim(W) == 4 or np.ndim(W) > np.ndim(x) else maps[0]
''',
    "conv2d_x": '''\
def conv2d_x(g, W, x, stride, padding):
    """What comes back to the picture: each filter laid down at every place, as strong as g is there."""
    maps = np.reshape(g, (-1, *np.shape(g)[-2:]))
    windows = np.einsum("fhw,fcij->chwij", maps, filter_stack(W, x), optimize=True)
    return laid_back(windows, x, stride, padding)
''',
    "conv2d_W": '''\
def conv2d_W(g, x, W, stride, padding):
    """What comes back to the filters: the windows added up, each as strong as g is at its place."""
    maps = np.reshape(g, (-1, *np.shape(g)[-2:]))
    windows = windows_of(x, *np.shape(W)[-2:], stride, padding)
    return np.reshape(np.einsum("fhw,chwij->fcij", maps, windows, optimize=True), np.shape(W))
''',
    "maxpool": '''\
def maxpool(x, window, stride):
    """The largest entry of each window."""
    found = np.max(windows_of(x, window, window, stride), axis=(3, 4))
    return found if np.ndim(x) == 3 else found[0]
''',
    "maxpool_x": '''\
def maxpool_x(g, x, out, window, stride):
    """The gradient of each window at its largest entry, split evenly among ties."""
    hit = 1.0 * (windows_of(x, window, window, stride) == out[..., None, None])
    share = hit / np.sum(hit, axis=(3, 4), keepdims=True)
    return laid_back(share * g[..., None, None], x, stride)
''',
    "avgpool": '''\
def avgpool(x, window, stride):
    """The mean of each window."""
    found = np.mean(windows_of(x, window, window, stride), axis=(3, 4))
    return found if np.ndim(x) == 3 else found[0]
''',
    "avgpool_x": '''\
def avgpool_x(g, x, window, stride):
    """An equal share of each window's gradient for every entry of it."""
    share = np.ones((window, window)) / window**2
    maps = np.reshape(g, (-1, *np.shape(g)[-2:]))
    return laid_back(maps[..., None, None] * share, x, stride)
''',
}
HELPERS = VECTORS | ROWS | ARRAYS | PICTURES
NEEDS = {
    "onehot_rows": ("put_rows",),
    "conv2d": ("filter_stack", "windows_of"),
    "conv2d_x": ("filter_stack", "laid_back"),
    "conv2d_W": ("windows_of",),
    "maxpool": ("windows_of",),
    "maxpool_x": ("windows_of", "laid_back"),
    "avgpool": ("windows_of",),
    "avgpool_x": ("laid_back",),
}
