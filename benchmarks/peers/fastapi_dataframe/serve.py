"""The usual way: a FastAPI endpoint that makes a DataFrame and asks a scikit-learn pipeline."""

from fastapi import FastAPI

from benchmarks.peers.data_frame import Person, Prediction, load_pipeline, predict

app = FastAPI(title="Insurance charges")
pipeline = load_pipeline()


@app.post("/predict")
def prediction(person: Person) -> Prediction:
    """Predict one person."""
    return predict(pipeline, person)
