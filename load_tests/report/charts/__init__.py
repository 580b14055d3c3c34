"""The pictures of a report, drawn by Matplotlib: never imported where load is offered, for it blocks the event loop."""
