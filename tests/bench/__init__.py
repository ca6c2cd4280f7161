"""How fast this program is, beside the best that can be written by hand and beside its peers: `make bench`.

Every figure is the processor's time, so that other programs on the machine count as little as can be, and
contenders take turns in an order shuffled anew in each round. A ratio is that within a round; the report
gives the median, and between which two numbers the middle half of the rounds lies.

Modules in reading order: `timing` (turns, and rows of the report) and `threads`; `byhand`, `steps` and
`convolution` (nets on one batch); `trainer` (whole epochs); `graphs` (programs of numbers); `programs` and
`layout`; `screen`, `rivals` and `window` (canvas, typing, training with views); `start` (whole processes);
`report`.
"""
