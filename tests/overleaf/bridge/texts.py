"""What Overleaf's git bridge says, word for word: clients know its errors by these."""

HELP = "https://www.overleaf.com/learn/how-to/Git_integration"
_UNEXPECTED = (
    "",
    "If this is unexpected, please contact us at support@overleaf.com, or",
    f"see {HELP} for more information.",
)

# HTTP answers, as text/plain: git shows their lines after "remote:".
PROJECT_PREFIX = ("Invalid Project ID (must not have a '/project' prefix)",)
SHARE_LINK = (
    "Git access via link sharing link is not supported.",
    "",
    "You can find the project's git remote url by opening it in your browser",
    "and selecting Git from the left sidebar in the project view.",
    *_UNEXPECTED,
)
NO_PROJECT = ("This Overleaf project does not exist.", *_UNEXPECTED)
NEED_TOKEN = (
    "Enter your Git authentication token when prompted for a password.",
    "",
    "You can generate and manage your Git authentication tokens in",
    "your Overleaf Account Settings.",
    "",
    "See our help page for more support:",
    HELP,
)
EXPIRED = (
    "Your Overleaf Git authentication token has expired.",
    "",
    "Generate a new authentication token in your Overleaf Account Settings,",
    "then run the git command again.",
)
_TOKENS = "Overleaf now only supports Git authentication tokens to access git."
TOKENS_ONLY = (f"{_TOKENS} See: {HELP}_authentication_tokens",)
TOKEN_LIMIT = ("Rate limit exceeded. Please wait and try again later.",)
TOKEN_ERROR = ("Unexpected server error. Please try again later.",)
LFS = '{"message": "ERROR: Git LFS is not supported on Overleaf"}\n'

# Errors instead of the advertisement: git shows "fatal: remote error: " and these lines.
NO_ACCESS = (
    "no git access",
    "This Overleaf project currently has no git access, either because",
    "the project does not exist, or because git access is not enabled",
    "for the project.",
    *_UNEXPECTED,
)
PROJECT_LIMIT = (
    "no git access",
    "Rate-limit exceeded. Please wait a while and try again.",
    *_UNEXPECTED,
)
DOT_GIT = (
    "no git access",
    "Git access won't work when a project contains a folder named '.git'.",
    "Please remove any folder named '.git' from your project in Overleaf and try again.",
)

BUSY = "Another operation is in progress. Please try again later."
OUT_OF_DATE = (
    "non-fast forward"  # spelled so, git shows its usual rejection and not [remote rejected]
)
STALE = "invalid old id sent"

HINTS = {
    "forced push prohibited": (
        "You can't git push --force to a Overleaf project.",
        "Try to put your changes on top of the current head.",
        "If everything else fails, delete and reclone your repository, make your changes, then push again.",
    ),
    "invalid git repo": (
        "Your Git repository is invalid.",
        "If your project contains a Git submodule,",
        "please remove it and try again.",
    ),
    "forbidden": ("forbidden",),
    "Overleaf error": (
        "There was an internal error with the Overleaf server.",
        "Please contact Overleaf.",
    ),
    "internal error": (
        "There was an internal error with the Git server.",
        "Please contact Overleaf.",
    ),
    "invalid project": ("The project would have no (editable) main .tex file.",),
    "Request timed out (after 360 seconds)": (
        "The Overleaf server is currently unavailable.",
        "Please try again later.",
    ),
}


def wrong_branch(branch: str) -> tuple[str, ...]:
    """The hints to a push to any reference but the one of HEAD."""
    return ("You can't push any new branches.", f"Please use the {branch} branch.")


def too_big(path: str) -> tuple[str, ...]:
    """The hints to a file over the size limit; the 50 MiB are written there whatever the limit is."""
    return (
        f"File '{path}' is too large to push to Overleaf via git",
        "the recommended maximum file size is 50 MiB",
    )


def too_many(count: int, most: int) -> tuple[str, ...]:
    """The hints to a project of too many files."""
    return (f"repository contains {count} files, which exceeds the limit of {most} files",)


def invalid_files(found: list[tuple[str, str]]) -> tuple[str, ...]:
    """The hints to file names that Overleaf refuses: (name, what is wrong)."""
    first = f"You have {len(found)} invalid files in your Overleaf project:"
    return (first, *(f"{name} ({what})" for name, what in found))
