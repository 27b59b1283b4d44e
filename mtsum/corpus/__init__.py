"""Long runs over a corpus: read as a stream, worked on in chunks, written exactly once, resumed after anything."""
