"""Name the language of an article, or say ``und``: unknown is never a guess."""

from workers.stages.detect_language.engine import ENGINES, Engine, load_engine
from workers.stages.detect_language.stage import DetectLanguage

__all__ = ["ENGINES", "DetectLanguage", "Engine", "load_engine"]
