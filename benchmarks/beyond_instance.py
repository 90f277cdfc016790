"""How often the rule for verdicts beyond the published instance is right: the table of docs/explanation/honesty.md.

    python benchmarks/beyond_instance.py [DRAWS]

Ten seeds a side on each instance; what is told is of the comparisons whose published instance says that A is better.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.simulated_instances import TRUTHS, found

VARIANTS = (5, 10)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print("| truth | says better | variants | holds | does not hold | cannot tell |")
    print("|---|---|---|---|---|---|")
    for words, effect in TRUTHS.items():
        for variants in VARIANTS:
            better, _ = found(effect, variants, draws)
            count = sum(better.values())
            shares = [
                f"{better[word] / count:.1%}" if count else "–" for word in ("holds", "does not hold", "cannot tell")
            ]
            print(f"| {words} | {count / draws:.1%} | {variants} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
