#!/usr/bin/env bash
# Guess: With --index-url and --extra-index-url, uv installs the newest
#   version of both, as pip does; the extra index only adds to the main one.
# Truth: uv looks at the extra index first and takes nothing from the others
#   once a package was found there: here the old 1.0, though the main index
#   has 2.0. No word is said.
# Versions: uv==0.13.9, pip 23.2 and newer; Python 3.11
# Who is hurt, and what to do: Who keeps a small index of own wheels beside
#   the public one: copies there hold back all later versions, and locks made
#   with uv differ from what pip installs. It also protects from strangers
#   who take a private name, so change it knowingly:
#   --index-strategy unsafe-best-match.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet uv==0.13.9
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH" UV_CACHE_DIR="$tmp/cache" UV_NO_CONFIG=1 PIP_CONFIG_FILE=/dev/null
cd "$tmp"
python - <<'PY'
import zipfile
from pathlib import Path

for index, version in (("main", "2.0"), ("extra", "1.0")):
    folder = Path(index, "alpha")
    folder.mkdir(parents=True)
    name, about = f"alpha-{version}-py3-none-any.whl", f"alpha-{version}.dist-info"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr("alpha.py", f"version = {version!r}\n")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: alpha\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    (folder / "index.html").write_text(f'<a href="{name}">{name}</a>')
PY
both=(--index-url "file://$tmp/main" --extra-index-url "file://$tmp/extra")
pip install --quiet "${both[@]}" --target by_pip alpha
uv pip install --quiet "${both[@]}" --target by_uv alpha
uv pip install --quiet "${both[@]}" --index-strategy unsafe-best-match --target best alpha
for folder in by_pip by_uv best; do
  printf '%-7s %s\n' "$folder" "$(cat $folder/alpha.py)"
done
grep -q 2.0 by_pip/alpha.py
grep -q 1.0 by_uv/alpha.py
grep -q 2.0 best/alpha.py
