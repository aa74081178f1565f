"""Which papers are warned of: 100 that a person can read, and 100 spoiled ones; `make benchmark NAME=readability`.

`python -m benchmarks.readability SEED FILE.html` draws other papers and writes each, with its judgement, to a page to look at.
The thresholds in core/documents were chosen on seed 1. The test and the figures in the docs are of seed 2.
"""

import base64
import html
import io
import json
import resource
import sys
from collections import Counter
from pathlib import Path

import pypdfium2
from PIL import Image

from benchmarks import harness
from rts_factoring.core.documents.quality import PageFinding, judge
from tests.support.paper_faults import degraded
from tests.support.paper_samples import Sample, good

SEED = 2
THUMBNAIL = (220, 290)  # pixels


def main() -> None:
	seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
	before = processor_seconds()
	samples = [(sample, True) for sample in good(seed)] + [(sample, False) for sample in degraded(seed)]
	drawn = processor_seconds()
	judged = [(sample, is_good, judge(sample.content, sample.name)) for sample, is_good in samples]
	spent = (processor_seconds() - drawn) / len(judged)
	result = {
		"claim": "No paper that can be read is warned of, and most spoiled ones are",
		"good_warned": sum(bool(found) for _, is_good, found in judged if is_good),
		"good": sum(is_good for _, is_good, _ in judged),
		"spoiled_caught": sum(bool(found) for _, is_good, found in judged if not is_good),
		"spoiled": sum(not is_good for _, is_good, _ in judged),
		"caught_by_fault": dict(Counter(s.kind for s, is_good, found in judged if found and not is_good)),
		"processor_seconds_per_page": round(spent, 3),
		"seconds_to_draw": round(drawn - before, 1),
		"machine": harness.machine(),
	}
	if len(sys.argv) > 2:
		Path(sys.argv[2]).write_text(page(judged), encoding="utf-8")
	print(json.dumps(result), flush=True)


def processor_seconds() -> float:
	used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
	return sum(part.ru_utime + part.ru_stime for part in used)


def page(judged: list[tuple[Sample, bool, list[PageFinding]]]) -> str:
	parts = ["<!doctype html><meta charset=utf-8><title>Readability</title><style>"]
	parts.append(
		"body{font:12px sans-serif}figure{display:inline-block;width:230px;margin:4px;vertical-align:top}"
	)
	parts.append("figure.wrong{outline:3px solid #c00}img{border:1px solid #999}</style>")
	for title, kind in (("Papers that can be read", True), ("Spoiled papers", False)):
		parts.append(f"<h1>{title}</h1>")
		parts += [figure(sample, is_good, found) for sample, is_good, found in judged if is_good is kind]
	return "\n".join(parts)


def figure(sample: Sample, is_good: bool, found: list[PageFinding]) -> str:
	wrong = " class=wrong" if bool(found) is is_good else ""
	said = " ".join(str(finding.message) for finding in found) or "Nothing found."
	source = base64.b64encode(thumbnail(sample.content)).decode()
	text = f"<b>{html.escape(sample.name)}</b><br>{html.escape(said)}"
	return (
		f"<figure{wrong}><img src='data:image/jpeg;base64,{source}'><figcaption>{text}</figcaption></figure>"
	)


def thumbnail(content: bytes) -> bytes:
	if content.startswith(b"%PDF"):
		with pypdfium2.PdfDocument(content) as document:
			picture = document[0].render(scale=0.5).to_pil().convert("RGB")
	else:
		picture = Image.open(io.BytesIO(content)).convert("RGB")
	picture.thumbnail(THUMBNAIL)
	buffer = io.BytesIO()
	picture.save(buffer, "JPEG", quality=70)
	return buffer.getvalue()


if __name__ == "__main__":
	main()
