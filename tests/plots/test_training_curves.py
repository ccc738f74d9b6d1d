import re

import numpy as np
import pytest

from kerasdl.plots import curves

HISTORY = {
    "accuracy": [0.5, 0.7, 0.8, 0.85],
    "loss": [1.5, 0.9, 0.6, 0.5],
    "learning_rate": [0.001, 0.0008, 0.0004, 0.0001],
    "val_accuracy": [0.55, 0.72, 0.78, 0.77],
    "val_loss": [1.3, 0.8, 0.7, 0.75],
}


def panels(figure):
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def legend_texts(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def visible_ticks(axis, low, high):
    return [tick for tick in axis.get_majorticklocs() if low <= tick <= high]


def test_one_panel_for_the_loss_each_metric_and_the_learning_rate():
    figure = curves(HISTORY, title="Four epochs")

    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Loss",
        "Accuracy",
        "Learning rate",
    ]
    assert figure.get_suptitle() == "Four epochs"


def test_the_lines_are_the_history():
    drawn = panels(curves(HISTORY))

    for panel, label, name in [
        ("Loss", "training", "loss"),
        ("Loss", "validation", "val_loss"),
        ("Accuracy", "training", "accuracy"),
        ("Accuracy", "validation", "val_accuracy"),
        ("Learning rate", "rate", "learning_rate"),
    ]:
        line = lines(drawn[panel])[label]
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), HISTORY[name])


def test_training_and_validation_have_one_colour_each():
    drawn = panels(curves(HISTORY))

    colours = {
        label: {lines(drawn[panel])[label].get_color() for panel in ("Loss", "Accuracy")}
        for label in ("training", "validation")
    }
    assert len(colours["training"]) == len(colours["validation"]) == 1
    assert colours["training"] != colours["validation"]


def test_the_epoch_of_the_lowest_validation_loss_is_marked_in_every_panel():
    figure = curves(HISTORY)

    label = "lowest validation loss (epoch 3)"
    for axes in figure.axes:
        np.testing.assert_array_equal(lines(axes)[label].get_xdata(), [3, 3])
    drawn = panels(figure)
    assert drawn["Loss"].get_title(loc="right") == "epoch 3: 0.7"
    assert drawn["Accuracy"].get_title(loc="right") == "epoch 3: 0.78"
    assert legend_texts(figure) == ["training", "validation", label]


def test_the_epoch_that_was_kept_is_marked_where_it_is_given():
    figure = curves(HISTORY, best_epoch=2)

    for axes in figure.axes:
        np.testing.assert_array_equal(lines(axes)["best epoch (2)"].get_xdata(), [2, 2])
    assert panels(figure)["Accuracy"].get_title(loc="right") == "epoch 2: 0.72"
    assert "best epoch (2)" in legend_texts(figure)


@pytest.mark.parametrize("best_epoch", [0, 5])
def test_an_epoch_that_was_not_is_refused(best_epoch):
    with pytest.raises(ValueError, match=f"one of the epochs 1 to 4, received {best_epoch}"):
        curves(HISTORY, best_epoch=best_epoch)


def test_what_a_run_notes_beside_its_metrics_is_not_drawn():
    notes = {"epoch": [1, 2], "steps": [9, 9], "seconds": [3.0, 4.0], "train_seconds": [2.0, 3.0]}

    assert list(panels(curves(notes | {"loss": [2.0, 1.0]}))) == ["Loss"]
    with pytest.raises(ValueError, match="history must hold at least one epoch"):
        curves(notes)


def test_without_validation_nothing_is_marked():
    figure = curves({"loss": [2.0, 1.0]})

    assert list(lines(figure.axes[0])) == ["training"]
    assert figure.axes[0].get_title(loc="right") == ""


def test_a_metric_of_the_validation_alone_is_drawn():
    figure = curves({"loss": [2.0, 1.0], "val_f1": [0.1, 0.2]})

    assert lines(panels(figure)["F1"])["validation"].get_ydata().tolist() == [0.1, 0.2]


@pytest.mark.parametrize("epochs", [1, 2, 3, 40, 1000])
def test_epochs_are_integer_ticks_from_one(epochs):
    figure = curves({"loss": np.linspace(2, 1, epochs)})
    axes = figure.axes[0]

    low, high = axes.get_xlim()
    ticks = visible_ticks(axes.xaxis, low, high)

    assert 0 < low < 1
    assert epochs < high
    assert ticks
    assert all(tick == int(tick) and 1 <= tick <= epochs for tick in ticks)
    if epochs <= 3:
        assert ticks == list(range(1, epochs + 1))


def test_a_single_epoch_is_a_visible_point():
    line = lines(curves({"loss": [0.5]}).axes[0])["training"]

    assert line.get_marker() == "o"
    assert list(line.get_markevery()) == [True]


def test_many_epochs_have_no_markers():
    assert lines(curves({"loss": np.linspace(2, 1, 40)}).axes[0])["training"].get_marker() == ""


def test_what_is_not_finite_is_a_gap_and_a_cross():
    nan, inf = float("nan"), float("inf")
    history = {"loss": [2.0, nan, inf, 1.0], "val_loss": [1.5, -inf, 1.2, nan]}
    figure = curves(history)
    figure.draw_without_rendering()

    drawn = lines(figure.axes[0])
    np.testing.assert_array_equal(drawn["training"].get_ydata(), [2.0, nan, nan, 1.0])
    assert drawn["training not finite"].get_xdata().tolist() == [2, 3]
    assert drawn["validation not finite"].get_xdata().tolist() == [2, 4]
    assert "lowest validation loss (epoch 3)" in drawn


def test_a_point_between_two_gaps_keeps_its_marker_among_many_epochs():
    values = np.linspace(2, 1, 40)
    values[[10, 12]] = np.nan

    line = lines(curves({"loss": values}).axes[0])["training"]

    assert line.get_marker() == "o"
    assert np.flatnonzero(line.get_markevery()).tolist() == [11]


def test_nothing_finite_at_all():
    figure = curves({"loss": [float("nan")] * 3, "val_loss": [float("inf")] * 3})
    figure.draw_without_rendering()

    axes = figure.axes[0]
    assert axes.get_yticks().size == 0
    assert not any("lowest" in label for label in lines(axes))


def test_values_beyond_float32_do_not_break_the_scale():
    figure = curves({"loss": [1e-3, 1.0, 1e30, 1e308], "val_loss": [1.0, 2.0, 1e300, -1e308]})
    figure.draw_without_rendering()

    assert lines(figure.axes[0])["training not finite"].get_xdata().tolist() == [4]
    assert visible_ticks(figure.axes[0].yaxis, *figure.axes[0].get_ylim())


@pytest.mark.parametrize(
    ("name", "values", "scale"),
    [
        ("loss", [2.0, 0.02], "log"),
        ("loss", [2.0, 0.05], "linear"),
        ("loss", [2.0, 0.0], "linear"),
        ("loss", [2.0, -2.0], "linear"),
        ("learning_rate", [0.1, 0.0001], "linear"),
    ],
)
def test_two_decades_make_the_scale_logarithmic(name, values, scale):
    assert curves({name: values}).axes[0].get_yscale() == scale


def test_numbers_on_the_axis_stand_without_a_factor_above_it():
    figure = curves({"learning_rate": [1e-5, 3e-5]})
    figure.draw_without_rendering()

    assert figure.axes[0].yaxis.get_offset_text().get_text() == ""
    assert "3e" in " ".join(text.get_text() for text in figure.axes[0].get_yticklabels())


@pytest.mark.parametrize(
    ("num_panels", "shape"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3))]
)
def test_panels_fill_rows(num_panels, shape):
    figure = curves({f"metric_{index}": [1.0, 2.0] for index in range(num_panels)})

    assert len(figure.axes) == num_panels
    assert figure.axes[0].get_gridspec().get_geometry() == shape


@pytest.mark.parametrize(
    "history",
    [
        {k: HISTORY[k] for k in ("loss", "val_loss")},
        HISTORY,
        {"loss": [1.0, np.nan], "val_loss": [1.0, np.nan]},
    ],
)
def test_the_legend_stays_inside_and_off_the_panels(history):
    figure = curves(history)
    figure.draw_without_rendering()

    legend = figure.legends[0].get_window_extent()
    assert legend.x0 >= 0
    assert legend.x1 <= figure.bbox.x1
    for axes in figure.axes:
        assert not legend.overlaps(axes.get_tightbbox())


def test_dollar_signs_are_no_mathematics():
    figure = curves({"cost_in_$_or_$": [1.0, 2.0]}, title="$x")
    figure.draw_without_rendering()

    assert figure.axes[0].get_title(loc="left") == "Cost in $ or $"


@pytest.mark.parametrize("history", [{}, {"loss": []}])
def test_no_epoch_is_refused(history):
    with pytest.raises(ValueError, match=re.escape(f"at least one epoch, received {history!r}")):
        curves(history)


def test_what_is_not_numbers_is_refused():
    with pytest.raises(ValueError, match=re.escape("history['loss'] must be numbers, received")):
        curves({"loss": ["low"]})


@pytest.mark.parametrize("values", [[[1.0, 2.0]], 1.0])
def test_anything_but_one_number_for_each_epoch_is_refused(values):
    with pytest.raises(ValueError, match=re.escape("history['loss'] must be one number for each")):
        curves({"loss": values})
