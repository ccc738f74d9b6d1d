"""A text of the user's own: a file, or all files of a folder."""

import gzip
import hashlib
import zlib
from pathlib import Path

from kerasdl.data.data_error import DataError
from kerasdl.data.paths import user_path, visible_files
from kerasdl.data.text_source import TextSource, divide


def load_text_files(path: str | Path) -> TextSource:
    """Returns a text file, or all files of a folder one after the other, split three ways.

    Args:
        path: a file in UTF-8, or a folder with nothing but such files in it, folders
            in folders included; hidden files are left out.

    Raises:
        DataError: if there is no text, or a file is not text in UTF-8.
    """
    path = user_path(path)
    files = [path] if path.is_file() else _files(path)
    text = "\n".join(read_text_file(file) for file in files)
    if not text.strip():
        raise DataError(f"{path} is empty; expected a text to learn from")
    number = f"{len(files):,} text files" if len(files) > 1 else "the text file"
    return TextSource(
        name=path.name,
        title=number,
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        location=str(path),
        splits=divide(text),
    )


def _files(folder: Path) -> list[Path]:
    found = [file for file in visible_files(folder) if file.is_file()]
    if not found:
        raise DataError(f"the folder {folder} holds no files; expected text files")
    return found


def read_text_file(file: Path) -> str:
    """Returns a text in UTF-8, its lines ended as on every system but Windows.

    A mark of byte order at its beginning is left out, and a file that is called `*.gz` unpacked.

    Raises:
        DataError: if the file cannot be read, or is no such text.
    """
    try:
        raw = file.read_bytes()
        raw = gzip.decompress(raw) if file.suffix.lower() == ".gz" else raw
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file} is not text in UTF-8 (byte {error.object[error.start]:#04x} in line "
            f"{line:,}); convert it: iconv -f latin1 -t utf-8"
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{file} cannot be read: {reason}") from error
    if "\0" in text:
        raise DataError(f"{file} is not text: it holds a zero byte; expected text in UTF-8")
    return text.replace("\r\n", "\n")


def read_lines(file: Path) -> list[str]:
    """Returns the lines of a text; no character but a line feed ends one, whatever Unicode says.

    Raises:
        DataError: as `read_text_file` does.
    """
    lines = read_text_file(file).split("\n")
    return lines if lines[-1] else lines[:-1]
