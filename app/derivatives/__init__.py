"""The panel of derivatives: what is differentiated by what (head), and the ways to look at it, a tab each."""
