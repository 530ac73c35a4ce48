"""How well and how fast policies are read, on the labelled corpus: `python benchmarks/policy.py [--errors dev]`."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from policies import HALVES, PARTS, Score, policies, score

from analyzer.catalogue import load_catalogue
from analyzer.policy import policy_facts
from analyzer.policy.text import text_of


def main() -> None:
    catalogue = load_catalogue()
    shown = sys.argv[sys.argv.index("--errors") + 1] if "--errors" in sys.argv else None
    halves = (shown,) if shown and "--only" in sys.argv else PARTS
    for half in halves:
        total: dict[str, Score] = {}
        errors: list[str] = []
        for policy in policies(half):
            read = text_of(policy.name + ".md", policy.markdown.encode())
            for kind, got in score(policy, policy_facts(read, catalogue), read.text, errors).items():
                total[kind] = total.get(kind, Score()).plus(got)
        print(f"{half}: {len(policies(half))} policies")
        for kind, got in total.items():
            value = got.right / max(1, got.right + got.wrong) if kind == "points" else got.f1
            what = "accuracy" if kind == "points" else "F1"
            print(f"  {kind:<14}{what:<9}{value:.3f}   right {got.right}, wrong {got.wrong}, missed {got.missed}")
        if half == shown:
            print("\n".join(errors))
    if shown:
        return
    whole = "\n".join(policy.markdown for half in HALVES for policy in policies(half))
    text = (whole * (50_000 // len(whole) + 1))[:50_000]
    read = text_of("long.md", text.encode())
    policy_facts(read, catalogue)
    clock = time.process_time()
    for _ in range(5):
        policy_facts(text_of("long.md", text.encode()), catalogue)
    seconds = (time.process_time() - clock) / 5
    print(f"50,000 characters: {seconds * 1000:.0f} ms CPU")


if __name__ == "__main__":
    main()
