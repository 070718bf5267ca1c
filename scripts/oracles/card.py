"""What the Hugging Face Hub's client and a Markdown parser make of our model cards, as a fixture for test/report/card.

Needs a virtual environment with huggingface_hub==2.4.0 and markdown-it-py==4.3.0, and the compiled tests: the cards
come from `dist/test/report/card/cards.js`, so that their contents are written down once.
"""

import json
import subprocess
from importlib.metadata import version
from pathlib import Path

from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "dist/test/report/card/cards.js"
OUTPUT = ROOT / "test/fixtures/report/cards.json"


def text_of(inline):
    """What a reader sees of a line: its text without any markup."""
    return "".join(child.content for child in inline.children)


def reading_of(markdown):
    """Headings, items and tables as a reader sees them, and which kinds of markup there are."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    headings, items, tables, kinds = [], [], [], set()
    for position, token in enumerate(tokens):
        kinds.add(token.type)
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline":
            kinds.update(child.type for child in token.children)
            before = tokens[position - 1]
            if before.type == "heading_open":
                headings.append({"level": int(before.tag[1]), "text": text_of(token)})
            elif tokens[position - 2].type == "list_item_open":
                items.append(text_of(token))
            elif before.type in ("th_open", "td_open"):
                tables[-1][-1].append(text_of(token))
    return {"headings": headings, "items": items, "tables": tables, "kinds": sorted(kinds)}


def reading(card):
    """What was read, so that a test can tell whether it is still what we write, and what became of it."""
    parsed = ModelCard(card)
    lines = parsed.text.splitlines()
    return {
        "frontMatter": card[: card.index(parsed.text)],
        "tableLines": [line for line in lines if line.startswith("|")],
        # Its model-index is written anew from the EvalResult objects that the client made of ours.
        "data": parsed.data.to_dict(),
        **reading_of(parsed.text),
    }


def main():
    program = subprocess.run(["node", str(PROGRAM)], check=True, capture_output=True, text=True)
    printed = json.loads(program.stdout)
    packages = ", ".join(f"{name} {version(name)}" for name in ("huggingface_hub", "markdown-it-py"))
    fixture = {
        "madeBy": f"scripts/oracles/card.py, {packages}",
        "cards": {name: reading(card) for name, card in printed["cards"].items()},
        "words": {"markdown": printed["words"], **reading_of(printed["words"])},
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
