"""Downloads and prepares a TFDS set, or says within seconds that it cannot."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

from kerasdl.data import catalogue, network, tfds_folders
from kerasdl.data.catalogue_entries import IMAGE_CLASSIFICATION
from kerasdl.data.data_error import DataError
from kerasdl.data.data_unavailable_error import DataUnavailableError
from kerasdl.data.quiet import quiet_tfds

# Where TFDS keeps its own copies of files; asked when a set names no address.
_TFDS_HOST = "https://storage.googleapis.com/tfds-data"


def download_and_prepare(name: str, data_dir: tfds_folders.FolderName = None) -> Path:
    """Prepares a set that is in none of the data folders, and says so on the error stream.

    TFDS writes into a temporary folder and renames it at the end: a download
    that is broken off leaves nothing that looks prepared.

    Args:
        name: the set.
        data_dir: the folder to prepare it in; by default `TFDS_DATA_DIR`, or
            `~/tensorflow_datasets`.

    Returns:
        The folder of the set.

    Raises:
        DataError: if the name is unknown, or a set of images has no labels.
        DataUnavailableError: if the set cannot be had.
    """
    from kerasdl.data.tfds_reader import image_classes

    catalogue.check_name(name, data_dir, catalogue.tasks())
    entry = catalogue.find(tfds_folders.split_name(name)[0])
    folder = tfds_folders.data_folders(data_dir)[0]
    with quiet_tfds():
        builder = _builder(name, folder)
        if entry is None or entry.task == IMAGE_CLASSIFICATION:
            image_classes(name, builder.info.features)
        addresses = [*(builder.url_infos or {}), _TFDS_HOST]
        problem = network.unreachable(addresses[0])
        if problem is not None:
            raise _unavailable(name, data_dir, str(builder.info.version), problem)
        # A run would else stand still for minutes; standard output is for what was asked for.
        print(f"Downloading {catalogue.title_of(name)} into {folder}", file=sys.stderr, flush=True)
        try:
            _download(builder)
        except Exception as error:  # anything: network, disk, checksums, a server's whims
            with contextlib.suppress(OSError):  # leaves what is not empty
                Path(builder.data_path).parent.rmdir()
            first_line = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
            raise _unavailable(name, data_dir, str(builder.info.version), first_line) from error
    return Path(builder.data_path)


def _builder(name: str, folder: Path) -> Any:
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(name, data_dir=folder)
    except Exception as error:
        first_line = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
        raise DataError(f"{name} cannot be prepared: {first_line}") from error


def _download(builder: Any) -> None:
    import tensorflow_datasets as tfds

    # The progress bar goes to the error stream, and so does what TFDS prints:
    # standard output is for what the user asked for.
    with contextlib.redirect_stdout(sys.stderr):
        builder.download_and_prepare(
            download_config=tfds.download.DownloadConfig(try_download_gcs=False),
            file_format="tfrecord",
        )


def _unavailable(
    name: str, data_dir: tfds_folders.FolderName, version: str, problem: str
) -> DataUnavailableError:
    dataset, config, _ = tfds_folders.split_name(name)
    parts = [dataset, *([config] if config else []), version]
    place = tfds_folders.data_folders(data_dir)[0].joinpath(*parts)
    searched = tfds_folders.where_searched(name, data_dir)
    reason = f"is not prepared in {searched} and could not be downloaded ({problem})"
    return DataUnavailableError(
        f"{catalogue.title_of(name)} {reason}; put the prepared set into {place}, or with a "
        f"network: {tfds_folders.prepare_command(name, data_dir)}",
        reason,
    )
