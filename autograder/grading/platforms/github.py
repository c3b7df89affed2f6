"""Clones of GitHub Classroom: `<assignment>-submissions/<assignment>-<login>`, each a Git repository.

As `gh classroom clone student-repos` writes them: github/gh-classroom, cmd/gh-classroom/clone. Git is not run
in them: a repository may bring programs that Git then starts.
"""

from autograder.errors import PracticalsError
from autograder.grading.platforms.hand_ins import Asked, Found, HandIn, Whom
from autograder.grading.platforms.trees import Tree

END = "-submissions"


def find(tree: Tree, asked: Asked) -> Found | None:
    """The hand-ins, if the tree is a folder of clones; of a clone, the notebooks alone.

    Raises:
        PracticalsError: the folder does not say where in its names the login begins.
    """
    clones = sorted(name for name in tree.clones if name and "/" not in name)
    if not clones:
        return None
    slug = asked.path_name.removesuffix(END)
    if slug == asked.path_name or not any(clone.startswith(f"{slug}-") for clone in clones):
        raise PracticalsError(
            f"{asked.path_name} does not say which part of {clones[0]!r} is the student's login",
            f"Call the folder of clones ASSIGNMENT{END}, as `gh classroom clone student-repos` does",
        )
    ours = [clone for clone in clones if clone.startswith(f"{slug}-")]
    trees = tree.by_folder()
    hand_ins = [
        HandIn(
            Whom(said=clone, login=clone.removeprefix(f"{slug}-")),
            {name: read for name, read in trees[clone].files.items() if name.lower().endswith(".ipynb")},
        )
        for clone in ours
    ]
    left_out = sorted({name.partition("/")[0] for name in tree.files} - set(ours))
    return Found("GitHub Classroom's clones", hand_ins, left_out)
