"""copydesk's workers: pure stages, the pipeline that chains them, and the runtime under it."""
