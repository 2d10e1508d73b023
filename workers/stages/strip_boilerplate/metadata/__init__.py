"""What a page says about itself, field by field, with where it says so."""

from workers.stages.strip_boilerplate.metadata.fields import Metadata, Said
from workers.stages.strip_boilerplate.metadata.page_metadata import page_metadata

__all__ = ["Metadata", "Said", "page_metadata"]
