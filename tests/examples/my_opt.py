"""my_opt.py: benchsuite run --plugin my_opt.py --optimizer my_opt,adam --task digits_mlp"""
import benchsuite as bs

def make(learning_rate, momentum):
    import keras
    return keras.optimizers.SGD(learning_rate, momentum=momentum)

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(
        name="my_opt", make=make,
        space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1), "momentum": bs.Choice([0.0, 0.9, 0.99], default=0.9)},
        summary="SGD with a momentum worth tuning.", reference="Polyak 1964")]
