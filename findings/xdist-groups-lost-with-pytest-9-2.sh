#!/usr/bin/env bash
# One would guess: with `pytest -n 2 --dist loadgroup`, one worker runs all
#   tests that carry the same mark xdist_group. That is what the mark is for:
#   what a session fixture starts (a server, a site) is started once.
# What happens: with pytest 9.2.0 the mark has no effect. The tests of one group
#   go to both workers in turn, and every worker starts the fixture again. All
#   pass, and nothing warns. With pytest 9.1.1 one worker has them all.
#   (pytest-xdist's issue 1386: it writes the group into a field of the test
#   that pytest 9.2 no longer reads.)
# Versions: pytest-xdist 3.8.0 with pytest 9.2.0, and with 9.1.1; Python 3.11.
# Who is hurt, what to do: test suites get slower, or fail where two workers
#   fight for one port or file. Ask for pytest < 9.2 until pytest-xdist
#   carries its groups in another way, and let a test count the workers.
# Date seen: 2026-11-29
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv "$work/venv"
cat > test_group.py <<'PY'
import pytest


@pytest.mark.xdist_group("server")
@pytest.mark.parametrize("number", range(6))
def test_which_worker(number, worker_id):
    with open("workers.txt", "a") as file:
        print(worker_id, file=file)
PY
workers() {
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check \
        "pytest==$1" pytest-xdist==3.8.0
    rm -f workers.txt
    "$work/venv/bin/python" -m pytest -q -n 2 --dist loadgroup -p no:cacheprovider > log.txt
    sort -u workers.txt | wc -l
}
new="$(workers 9.2.0)"
old="$(workers 9.1.1)"
echo "workers that ran the one group: $new with pytest 9.2.0, $old with pytest 9.1.1"
test "$new" -eq 2
test "$old" -eq 1
