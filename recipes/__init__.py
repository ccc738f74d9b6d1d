"""One file per recipe: what it trains, on what, and what is optimised.

`kerasdl recipe` lists them, `kerasdl show NAME` prints one and
`kerasdl copy NAME DEST` gives you a copy of your own.
"""
