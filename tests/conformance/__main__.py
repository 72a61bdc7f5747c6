"""python -m tests.conformance FILE.json: every case against the package; the last line is `N passed, M failed`."""

import json
import sys
from pathlib import Path

from tests.conformance.runner import failures


def main(path: Path) -> int:
    """Print each failing case with what was expected and what came; 1 if there are any."""
    cases = json.loads(path.read_text(encoding="utf-8"))
    failed = list(failures(cases))
    for failure in failed:
        case = failure.case
        print(f"{case['id']} {case['dialect']} {case['function']} {json.dumps(case['input'], ensure_ascii=False)}")
        print(f"  expected {json.dumps(case['output'], ensure_ascii=False)}")
        print(f"  got      {json.dumps(failure.got, ensure_ascii=False, default=str)}")
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
