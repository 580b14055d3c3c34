"""The model card as a Markdown document, for people."""

from collections.abc import Iterable

from model.card import ModelCard, Scores

KINDS = {"real": "real data", "synthetic": "synthetic data", "file": "a file named by the user"}


def render(card: ModelCard) -> str:
    """Render a card as Markdown."""
    sections = (
        f"# {card.display_name} ({card.qualified_name} {card.version})",
        card.description,
        f"Answers `{card.output}`",
        f"**Intended use.** {card.intended_use}",
        "## Limits",
        "\n".join(f"- {limit}" for limit in card.limits),
        "## Data",
        _data(card),
        _table(("rows", "number"), _rows(card)),
        "## Quality",
        f"{card.evaluation.split}, {card.evaluation.rows:,} rows. Baseline: {card.evaluation.baseline_description}.",
        _table(
            ("", "R²", f"MAE ({card.unit})", f"RMSE ({card.unit})"),
            (("model", *_scores(card.evaluation.model)), ("baseline", *_scores(card.evaluation.baseline))),
        ),
        "## Inputs",
        _table(
            ("field", "unit", "accepted", "in training"),
            ((f"`{field.name}`", field.unit, field.served, field.trained) for field in card.inputs),
        ),
        "## Features",
        _table(
            ("feature", "lowest in training", "highest in training"),
            ((f"`{feature.name}`", f"{feature.minimum:g}", f"{feature.maximum:g}") for feature in card.features),
        ),
        "## Making",
        _table(("what", "value"), _making(card)),
    )
    return "\n\n".join(sections) + "\n"


def _data(card: ModelCard) -> str:
    return (
        f"Trained on **{KINDS[card.data.kind]}**: {card.data.description}, `{card.data.name}`, "
        f"SHA-256 `{card.data.sha256}`. Trained rows: {card.rows.sampling}."
    )


def _rows(card: ModelCard) -> Iterable[tuple[str, ...]]:
    yield "read", f"{card.rows.read:,}"
    for part in card.rows.dropped:
        yield f"dropped: {part.reason}", f"{part.rows:,}"
    yield "kept", f"{card.rows.kept:,}"
    yield "trained on", f"{card.rows.trained:,}"


def _scores(scores: Scores) -> tuple[str, ...]:
    return f"{scores.r2:.3f}", f"{scores.mae:,.2f}", f"{scores.rmse:,.2f}"


def _making(card: ModelCard) -> Iterable[tuple[str, ...]]:
    yield "algorithm", card.algorithm
    yield "seed", str(card.seed)
    for library in card.libraries:
        yield library.name, library.version
    yield "SHA-256 of the training sources", f"`{card.source_sha256}`"
    yield "SHA-256 of `model.onnx`", f"`{card.checksums.model_onnx}`"
    yield "SHA-256 of `examples.jsonl`", f"`{card.checksums.examples_jsonl}`"


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    rows = (head, tuple("---" for _ in head), *(tuple(cell.replace("|", r"\|") for cell in line) for line in lines))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
