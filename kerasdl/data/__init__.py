"""Where examples come from, and how they reach the model.

Importing this package loads no TensorFlow: the catalogue answers at once.
"""

from kerasdl.data.adding import adding_sequences as adding_sequences
from kerasdl.data.adding import load_adding as load_adding
from kerasdl.data.array_data import ArrayData as ArrayData
from kerasdl.data.augmentation import compose as compose
from kerasdl.data.augmentation import random_crop as random_crop
from kerasdl.data.augmentation import random_flip as random_flip
from kerasdl.data.augmentation import random_shift as random_shift
from kerasdl.data.augmentation import random_unknown as random_unknown
from kerasdl.data.binarization import binarized_pairs as binarized_pairs
from kerasdl.data.catalogue_entry import CatalogueEntry as CatalogueEntry
from kerasdl.data.circles import load_circles as load_circles
from kerasdl.data.data_error import DataError as DataError
from kerasdl.data.data_info import DataInfo as DataInfo
from kerasdl.data.data_status import DataStatus as DataStatus
from kerasdl.data.data_unavailable_error import DataUnavailableError as DataUnavailableError
from kerasdl.data.generated_data import GeneratedData as GeneratedData
from kerasdl.data.image_data import ImageData as ImageData
from kerasdl.data.labelled_images import LabelledImages as LabelledImages
from kerasdl.data.labelled_text_data import LabelledTextData as LabelledTextData
from kerasdl.data.labelled_texts import LabelledTexts as LabelledTexts
from kerasdl.data.load_images import load_images as load_images
from kerasdl.data.load_labelled_texts import load_labelled_texts as load_labelled_texts
from kerasdl.data.load_pairs import load_pairs as load_pairs
from kerasdl.data.load_text import load_text as load_text
from kerasdl.data.moons import load_moons as load_moons
from kerasdl.data.noise import noisy_pairs as noisy_pairs
from kerasdl.data.numeric_table import load_numeric_table as load_numeric_table
from kerasdl.data.pair_data import SOURCES_FILE as SOURCES_FILE
from kerasdl.data.pair_data import PairData as PairData
from kerasdl.data.patches import choose_patch_size as choose_patch_size
from kerasdl.data.piece_tokenizer import PieceTokenizer as PieceTokenizer
from kerasdl.data.reconstruction_data import ReconstructionData as ReconstructionData
from kerasdl.data.sequence_tokenizer import SequenceTokenizer as SequenceTokenizer
from kerasdl.data.table import Table as Table
from kerasdl.data.text_data import TextData as TextData
from kerasdl.data.text_pairs import TextPairs as TextPairs
from kerasdl.data.text_tokenizers import from_files as tokenizer_from_files

__all__ = [
    "SOURCES_FILE",
    "ArrayData",
    "CatalogueEntry",
    "DataError",
    "DataInfo",
    "DataStatus",
    "DataUnavailableError",
    "GeneratedData",
    "ImageData",
    "LabelledImages",
    "LabelledTextData",
    "LabelledTexts",
    "PairData",
    "PieceTokenizer",
    "ReconstructionData",
    "SequenceTokenizer",
    "Table",
    "TextData",
    "TextPairs",
    "adding_sequences",
    "binarized_pairs",
    "choose_patch_size",
    "compose",
    "load_adding",
    "load_circles",
    "load_images",
    "load_labelled_texts",
    "load_moons",
    "load_numeric_table",
    "load_pairs",
    "load_text",
    "noisy_pairs",
    "random_crop",
    "random_flip",
    "random_shift",
    "random_unknown",
    "tokenizer_from_files",
]
