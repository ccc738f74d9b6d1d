"""A trained model as an artefact that runs without kerasdl."""
