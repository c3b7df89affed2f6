#!/usr/bin/env bash
# Guess: In "!python train.py --lr {lr} --on {train,test}" IPython fills in
#   {lr}; what it cannot fill in is left for the shell.
# Truth: If any one brace or $name on the line cannot be resolved, nothing
#   on the line is filled in, and no error is shown. The program gets the
#   bare text "{lr}". The shell then empties every $name, the known Python
#   ones too. Shell lists like {1..3}, awk programs and a misspelt name all
#   do this.
# Versions: ipython==9.18.1; Python 3.11
# Who is hurt, and what to do: Students whose run ignores its settings or
#   writes to a file called "{path}". Double the braces meant for the shell
#   ({{1..3}}), and check the spelling of each name.
# Seen: 2026-11-28
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet ipython==9.18.1
export TZ=UTC HOME="$tmp" JUPYTER_PREFER_ENV_PATH=1 PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python - <<'PY'
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.user_ns.update(lr=0.1, path="out.txt")
def out(line):
    got = shell.getoutput("echo " + line).n
    print(line.ljust(28), "->", got)
    return got
assert out("{lr} $path") == "0.1 out.txt"
assert out("{lr} {pth}") == "{lr} {pth}"
assert out("{lr} 'on{train,test}'") == "{lr} on{train,test}"
assert out("{lr} '{print $1}'") == "{lr} {print $1}"
assert out("[$path] {pth}") == "[] {pth}"
assert out("{lr} 'on{{train,test}}'") == "0.1 on{train,test}"
PY
