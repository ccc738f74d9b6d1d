"""A recipe without its training."""

from types import ModuleType

from kerasdl.training.config import RecipeConfig
from kerasdl.training.preparation import prepared
from kerasdl.training.progress import RunConsole, format_logs
from kerasdl.training.recipe import Recipe


def dry_run(recipe: ModuleType, config: RecipeConfig, console: RunConsole | None = None) -> None:
    """Loads the data, builds the model, tries one batch; writes nothing.

    Args:
        recipe: the recipe's module.
        config: its configuration.
        console: where to print instead of standard output.
    """
    console = console or RunConsole()
    for name, value in config.model_dump(mode="json").items():
        console.line(f"{name:<20} {value}")
    with prepared(config, console) as (config, device):
        data = recipe.load_data(config)
        with device.scope():
            model = Recipe(recipe).build_model(config, data)
        console.line(f"\nData: {data.info.reason}")
        console.line(f"      {data.steps_per_epoch(config.batch_size)} steps in an epoch")
        console.line(f"Device: {device.description}\n")
        model.summary(print_fn=console.line)
        batches = data.epoch_batches(config.batch_size, config.seed, 0, 0).take(1)
        logs = model.evaluate(batches, verbose=0, return_dict=True)
        console.line(f"One batch, before training: {format_logs(logs)}")
        console.line("Nothing was trained or written.")
