"""The requests are made of the records with which the numbered cases are asked."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "registry"))
