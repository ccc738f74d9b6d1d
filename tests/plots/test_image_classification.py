from types import SimpleNamespace

import numpy as np

from kerasdl.plots import image_classification


class Oracle:
    """Says of each image the class that its brightness names, and is wrong about the last."""

    def predict(self, batches, verbose):
        assert verbose == 0
        images = np.concatenate(list(batches))
        classes = images[:, 0, 0, 0].astype(int)
        classes[-1] = (classes[-1] + 1) % 3
        return np.eye(3)[classes] * 5


def test_matrix_and_mistakes_are_of_the_test_images():
    labels = np.array([0, 1, 2, 1, 0, 2])
    images = np.broadcast_to(labels[:, None, None, None], (6, 4, 4, 1)).astype(np.uint8)
    data = SimpleNamespace(
        info=SimpleNamespace(class_names=("cat", "dog", "cow")),
        test=SimpleNamespace(images=images, labels=labels),
        test_batches=lambda size: [images[:4], images[4:]],
    )
    figures = image_classification(Oracle(), data)
    assert sorted(figures) == ["confusion_matrix.png", "most_wrong.png"]
    shown = figures["confusion_matrix.png"].axes[0]
    assert [label.get_text() for label in shown.get_xticklabels()] == ["cat", "dog", "cow"]
    counts = sorted(text.get_text() for text in shown.texts)
    assert counts.count("2") == 2  # both cats and both dogs
    titles = " ".join(axes.get_title() for axes in figures["most_wrong.png"].axes)
    assert "cow" in titles
    assert "cat" in titles
    assert "dog" not in titles
