"""What all recipes share: configuration, the run, checkpoints, devices."""
