"""Archives as Canvas, Moodle and Gradescope make them; the rules are those of their public code.

docs/exports.md names the file and the version of each.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

Files = Mapping[str, bytes | str]


def write_zip(path: Path, files: Files) -> Path:
    """An archive with entries in the order that is given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


# --- Canvas: lib/content_zipper.rb --------------------------------------------------------------------------


def canvas_name(
    sortable_name: str,
    user: int | str,
    attachment: int,
    file: str,
    *,
    late: bool = False,
    anonymous: bool = False,
) -> str:
    """`get_filename` and `add_upload_submission`; `[[:word:]]` of Ruby's has letters, marks and digits."""
    name = re.sub(r"_(\d+)_", r"\1", sortable_name).lower()
    parts = [name, "LATE" if late else None, str(user)]
    if anonymous:
        parts = ["LATE" if late else None, f"anon_{user}"]
    joined = "_".join(part for part in parts if part)
    beginning = "".join(one for one in joined if re.match(r"\w", one) or unicodedata.category(one)[0] == "M")
    return f"{beginning}_{attachment}_{re.sub(r'[/:*?<>|]+', '_', file)}"


def unique(name: str, there: Iterable[str]) -> str:
    """`Attachment.make_unique_filename`: p-1.ipynb beside p.ipynb."""
    found, number, there = name, 0, set(there)
    while found in there:
        number += 1
        stem, dot, ending = name.rpartition(".")
        found = f"{stem}-{number}{dot}{ending}"
    return found


# --- Moodle: mod/assign/classes/downloader.php --------------------------------------------------------------


def clean_filename(text: str) -> str:
    """`clean_param(…, PARAM_FILE)`."""
    return re.sub(r"[\x00-\x1f\x7f]|[&<>\"`|':\\/]", "", text)


def moodle_name(
    full_name: str, participant: int, file: str, *, folders: bool = True, type: str = "file"
) -> str:
    """`get_student_prefix` and `load_submissionplugin_filelist`."""
    prefix = clean_filename(f"{full_name.replace('_', ' ')}_{participant}")
    if folders:
        return f"{clean_filename(f'{prefix}_assignsubmission_{type}')}/{file}"
    return clean_filename(f"{prefix}_assignsubmission_{type}_{file}")


# --- Gradescope's export ------------------------------------------------------------------------------------


def gradescope_metadata(submissions: Mapping[str, Mapping]) -> str:
    """submission_metadata.yml: symbols of Ruby's as keys."""
    return yaml.safe_dump(
        {
            folder: {
                ":submitters": [
                    {f":{key}": value for key, value in one.items()} for one in about["submitters"]
                ],
                ":created_at": about["created_at"],
                ":score": 0.0,
                ":history": [],
            }
            for folder, about in submissions.items()
        },
        allow_unicode=True,
    )


def decomposed(text: str) -> str:
    """As macOS names files."""
    return unicodedata.normalize("NFD", text)
