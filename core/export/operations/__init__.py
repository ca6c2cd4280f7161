"""An operation as code of its own, with a forward and a backward."""
