"""The data sets that kerasdl knows by name."""

from kerasdl.data.catalogue_entry import CatalogueEntry

# What `--data` may be for: a recipe takes the sets of its own task.
IMAGE_CLASSIFICATION = "image classification"
POINTS = "curves through points"
LANGUAGE_MODELLING = "language modelling"
TRANSLATION = "translation"
NUMERIC_CLASSIFICATION = "classification of numbers"
SEQUENCE_REGRESSION = "regression of sequences"
TEXT_CLASSIFICATION = "text classification"

ENTRIES = (
    CatalogueEntry(
        name="mnist",
        title="MNIST",
        task=IMAGE_CLASSIFICATION,
        source="tfds",
        examples={"train": 60_000, "test": 10_000},
        image_shape=(28, 28, 1),
        num_classes=10,
        origin="handwritten digits; LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/",
        licence="CC BY-SA 3.0",
        megabytes=22,
    ),
    CatalogueEntry(
        name="fashion_mnist",
        title="Fashion-MNIST",
        task=IMAGE_CLASSIFICATION,
        source="tfds",
        examples={"train": 60_000, "test": 10_000},
        image_shape=(28, 28, 1),
        num_classes=10,
        origin="articles of clothing; Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747",
        licence="MIT",
        megabytes=37,
    ),
    CatalogueEntry(
        name="cifar10",
        title="CIFAR-10",
        task=IMAGE_CLASSIFICATION,
        source="tfds",
        examples={"train": 50_000, "test": 10_000},
        image_shape=(32, 32, 3),
        num_classes=10,
        origin="tiny colour photographs; Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html",
        licence="none stated",
        megabytes=133,
    ),
    CatalogueEntry(
        name="digits",
        title="scikit-learn's handwritten digits",
        task=IMAGE_CLASSIFICATION,
        source="embedded",
        examples={"train": 1_438, "test": 359},
        image_shape=(28, 28, 1),
        num_classes=10,
        origin="handwritten digits; Alpaydin and Kaynak 1998, UCI Machine Learning Repository",
        licence="CC BY 4.0",
        megabytes=0,
        embedded_in="scikit-learn (embedded)",
    ),
    CatalogueEntry(
        name="tiny_shakespeare",
        title="Tiny Shakespeare",
        task=LANGUAGE_MODELLING,
        source="tfds",
        examples={"train": 1, "validation": 1, "test": 1},
        origin="40,000 lines of Shakespeare's plays in one text; Karpathy 2015, "
        "https://karpathy.github.io/2015/05/21/rnn-effectiveness/",
        licence="none stated; the plays are in the public domain",
        megabytes=1,
    ),
    CatalogueEntry(
        name="python_sources",
        title="sources of Python's standard library",
        task=LANGUAGE_MODELLING,
        source="embedded",
        examples={"train": 1, "validation": 1, "test": 1},
        origin="the modules of Python's standard library; https://docs.python.org/3/library/",
        licence="PSF-2.0",
        megabytes=0,
        embedded_in="Python's standard library (embedded)",
    ),
    CatalogueEntry(
        name="python_packages",
        title="snippets of Python's standard library",
        task=TEXT_CLASSIFICATION,
        source="embedded",
        # With Python 3.11; other versions have other files.
        examples={"train": 31_322, "validation": 1_251, "test": 1_299},
        num_classes=7,
        origin="five lines each of seven packages; https://docs.python.org/3/library/",
        licence="PSF-2.0",
        megabytes=0,
        embedded_in="Python's standard library (embedded)",
    ),
    CatalogueEntry(
        name="imdb_reviews",
        title="IMDB reviews",
        task=TEXT_CLASSIFICATION,
        source="tfds",
        examples={"train": 25_000, "test": 25_000},
        num_classes=2,
        origin="reviews of films, good or bad; Maas et al. 2011, "
        "https://ai.stanford.edu/~amaas/data/sentiment/",
        licence="none stated",
        megabytes=130,
    ),
    CatalogueEntry(
        name="dates",
        title="generated dates",
        task=TRANSLATION,
        source="embedded",
        examples={"train": 67_050, "validation": 1_000, "test": 2_000},
        origin="dates as people write them, from 1950 to 2049, and the same in ISO 8601",
        licence="Apache-2.0, as kerasdl",
        megabytes=0,
        embedded_in="generated",
    ),
    CatalogueEntry(
        name="circles",
        title="scikit-learn's circles",
        task=NUMERIC_CLASSIFICATION,
        source="embedded",
        examples={"train": 10_000, "validation": 2_000, "test": 10_000},
        num_classes=2,
        origin="generated: noisy points on two concentric circles, sklearn.datasets.make_circles",
        licence="none needed",
        megabytes=0,
        embedded_in="scikit-learn (generated)",
    ),
    CatalogueEntry(
        name="adding",
        title="the adding problem",
        task=SEQUENCE_REGRESSION,
        source="embedded",
        examples={"train": 8_000, "validation": 2_048, "test": 10_000},
        origin="generated: the sum of two marked numbers of a sequence; Hochreiter and "
        "Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735",
        licence="none needed",
        megabytes=0,
        embedded_in="generated",
    ),
    CatalogueEntry(
        name="moons",
        title="scikit-learn's moons",
        task=POINTS,
        source="embedded",
        examples={"train": 50_000, "validation": 5_000, "test": 10_000},
        origin="generated: noisy points on two half circles, sklearn.datasets.make_moons",
        licence="none needed",
        megabytes=0,
        embedded_in="scikit-learn (generated)",
    ),
)
