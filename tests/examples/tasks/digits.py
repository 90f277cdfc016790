import benchsuite as bs

def data():
    from sklearn.datasets import load_digits
    x, y = load_digits(return_X_y=True)
    return bs.Arrays(x.astype("float32") / 16, y.astype("int32"))

def model(blocks, inputs):
    x = blocks.dense(64)(inputs)     # linear → normalization → activation → regularization, each from the recipe
    x = blocks.dense(64)(x)
    return blocks.output(10)(x)

@bs.hookimpl
def register_tasks():
    return [bs.Task(
        name="digits_mlp", version=1, tier="quick", data=data, split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
        model=model, loss="cross_entropy", metrics=["accuracy"], primary="accuracy", targets=[0.90, 0.95, 0.97],
        batch_size=32, epochs=20, baseline={"optimizer": "adam", "initializer": "he_normal"},
        compares=["optimizer", "schedule", "initializer"],
        summary="1,797 8×8 digits, two hidden layers of 64.", license="BSD-3-Clause", citation="Alpaydin & Kaynak 1998")]
