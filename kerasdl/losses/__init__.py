"""Losses that Keras lacks; each is a thin class over a function in `kerasdl.ops`."""

from kerasdl.losses.batch_hard_triplet_loss import BatchHardTripletLoss as BatchHardTripletLoss
from kerasdl.losses.info_nce import InfoNCE as InfoNCE
from kerasdl.losses.nt_xent import NTXent as NTXent
from kerasdl.losses.smoothed_crossentropy import SmoothedCrossentropy as SmoothedCrossentropy
from kerasdl.losses.triplet_loss import TripletLoss as TripletLoss

__all__ = ["BatchHardTripletLoss", "InfoNCE", "NTXent", "SmoothedCrossentropy", "TripletLoss"]
