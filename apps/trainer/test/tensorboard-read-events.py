"""Prints what TensorBoard reads in a folder of event files as JSON: scalars and histograms by tag."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# 0 keeps all events; by default TensorBoard samples them.
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0})
events.Reload()
tags = events.Tags()


def histogram(event):
    value = event.histogram_value
    return {
        "step": event.step,
        "min": value.min,
        "max": value.max,
        "num": value.num,
        "sum": value.sum,
        "sumOfSquares": value.sum_squares,
        "limits": list(value.bucket_limit),
        "counts": list(value.bucket),
    }


print(
    json.dumps(
        {
            "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
            "histograms": {tag: [histogram(event) for event in events.Histograms(tag)] for tag in tags["histograms"]},
            "times": [event.wall_time for event in events.Scalars(tags["scalars"][0])],
        }
    )
)
