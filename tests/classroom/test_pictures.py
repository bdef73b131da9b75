"""Pictures: what has not to do with what they are for; how they are taken in, see tests of the bank."""

import subprocess
import sys


def test_a_name_is_known_before_any_picture_was_read():
    """A process that only sends pictures has read none."""
    tried = "from classroom.pictures import file_name; print(file_name('a.svg', 'image/jpeg'))"
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True)
    assert done.stdout == "a.jpg\n"
