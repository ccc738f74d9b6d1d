"""Checks that prove a layer's contract, for kerasdl's layers and yours."""
