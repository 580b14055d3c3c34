"""`python -m model.datasets`: get the real data sets; what is there already is kept.

The insurance file comes from a public address and is checked; the taxi file comes through Kaggle's
own client, for those who have accepted the competition's rules. The tests run against a local
server and a stand-in for the client: neither Kaggle nor the public address is called by them.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.console import say
from model.data_files import DATA_DIRECTORY, DataNotFoundError, Dataset, OwnFile, PublicFile, find_real
from model.download import DownloadError, NotDownloadableError, download_kaggle, download_public
from model.recipes import known_name, load_recipe, trainable_names

EXIT_NOT_OBTAINED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Get the data sets the command line names, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m model.datasets", description="Get the real data sets.")
    parser.add_argument("names", nargs="*", metavar="NAME", type=known_name, help="models; all if none")
    named = parser.parse_args(arguments).names
    results = [_obtain_and_tell(name, required=name in named) for name in named or trainable_names()]
    return 0 if all(results) else EXIT_NOT_OBTAINED


def obtain(dataset: Dataset, directory: Path) -> Path:
    """Return the file of a data set, after downloading it into ``directory`` if it is nowhere.

    Raises
    ------
    DownloadError
        If it cannot be had.
    """
    try:
        return find_real(dataset)
    except DataNotFoundError:
        target = directory / dataset.file_names[0]
        if isinstance(dataset.origin, PublicFile):
            download_public(dataset.origin, target)
        elif isinstance(dataset.origin, OwnFile):
            raise NotDownloadableError(f"{dataset.origin.how} Save it as {target}.") from None
        else:
            download_kaggle(dataset.origin, target)
        return target


def _obtain_and_tell(name: str, *, required: bool) -> bool:
    """Say whether all is well: a file that cannot simply be downloaded is missed only by those who named it."""
    dataset = load_recipe(name).dataset
    say(f"{name}: {dataset.title}")
    try:
        say(f"  there: {obtain(dataset, DATA_DIRECTORY)}")
    except NotDownloadableError as missing:
        say(f"  not there: {missing} The demo does not need it.")
        return not required
    except DownloadError as error:
        sys.stderr.write(f"error: {error}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
